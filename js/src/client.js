/** `window.onair`: what pages use. */

import { Emitter } from "./emitter.js";
import { PusherLink, findPusher } from "./pusher-link.js";
import { readSettings } from "./settings.js";
import { SocketLink } from "./socket-link.js";
import { User } from "./user.js";

/** @typedef {import("./connection.js").State} State */
/** @typedef {import("./settings.js").Settings} Settings */

/** Bound handlers hear the events of all channels; the metadata names the channel. */
export class OnAir extends Emitter {
  /**
   * @param {Page} page
   * @param {Settings} settings
   */
  constructor(page, settings) {
    super();
    /** @type {State} */
    this.state = "disconnected";
    /** The page's visitor, after `signin()`. */
    this.user = new User();
    this._page = page;
    this._settings = settings;
    /** @type {SocketLink | PusherLink | null} */
    this._link = null;
  }

  /** The connection's id, for `exclude=` of onair.publish (header X-Pusher-Socket-Id); null while there is none. */
  get socketId() {
    return this._link?.socketId ?? null;
  }

  /** Connect, or try again at once. The page does so by itself when it has loaded. */
  connect() {
    if (this._link) this._link.connect();
    else this._connected();
  }

  /** Let the connection go, until `connect()`; the channels are kept for it. */
  disconnect() {
    this._link?.disconnect();
  }

  /** Tell the server who the visitor is, on this connection and each one after it. The site says who. */
  signin() {
    this._connected().signin();
  }

  /**
   * Join a channel, or return the one that the page has joined.
   *
   * @param {string} name
   * @param {{ grant?: string }} [options]   the grant of a tag, for a private or presence channel without a rule
   */
  subscribe(name, { grant } = {}) {
    return this._connected().subscribe(name, grant);
  }

  /** @param {string} name */
  unsubscribe(name) {
    this._link?.unsubscribe(name);
  }

  /**
   * @param {string} name
   * @returns the channel, if the page has joined it
   */
  channel(name) {
    return this._link?.channel(name);
  }

  /** The link is chosen at its first use, since the page's own scripts may make a Pusher before. */
  _connected() {
    if (!this._link) {
      this._link = this._choose();
      this._link.connect();
    }
    return this._link;
  }

  _choose() {
    const { _page: page, _settings: settings } = this;
    /** @type {import("./connection.js").Listener} */
    const listener = {
      changed: (state) => this._changed(state),
      received: ({ event, data, channel, user_id }) => this.emit(event, data, { channel, user_id }),
    };
    const pusher = findPusher(page, settings.key);
    return pusher
      ? new PusherLink(page, settings, listener, this.user, pusher)
      : new SocketLink(page, settings, listener, this.user);
  }

  /** @param {State} state */
  _changed(state) {
    const previous = this.state;
    if (state === previous) return;
    this.state = state;
    this._page.document.dispatchEvent(
      new this._page.CustomEvent("onair:state", { detail: { state, previous } }),
    );
  }
}

/**
 * Put `window.onair` on the page, once, and connect when the page has loaded.
 *
 * @param {Page} page
 * @param {DOMStringMap} [dataset]   of the script element
 * @returns {OnAir | undefined} what it has put there
 */
export function start(page, dataset) {
  if (typeof page.onair?.subscribe === "function") return; // the file may run again, an element may have the id
  if (!dataset?.onairKey) {
    console.error("onair: load onair.js with {% onair_script %}, as a script that is no module.");
    return;
  }
  const onair = (page.onair = new OnAir(page, readSettings(dataset)));
  const begin = () => void onair._connected();
  if (page.document.readyState === "complete") begin();
  page.document.addEventListener("DOMContentLoaded", begin);
  page.addEventListener("load", begin); // for a script that comes after DOMContentLoaded
  return onair;
}
