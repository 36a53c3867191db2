/** Channels over the connection that the page already has through pusher-js. */

import { Authorizer, honourGrants } from "./authorizer.js";
import { policyFor } from "./closing.js";
import { GAP, watchForGaps } from "./gap.js";
import { Place } from "./place.js";
import { asPusherUserAuthenticator, authenticator } from "./signin.js";

/** @typedef {import("./connection.js").State} State */

/** @type {Record<string, State>} pusher-js's states in our words */
const STATES = {
  initialized: "disconnected",
  connecting: "connecting",
  connected: "connected",
  unavailable: "unavailable",
  failed: "unavailable",
  disconnected: "disconnected",
};

/**
 * The page's connection to our app. An app of another key is none of ours, nor is an element with that id.
 *
 * @param {Page} page
 * @param {string} key
 */
export function findPusher({ pusher, Pusher }, key) {
  return [pusher, ...(Pusher?.instances ?? [])].find(
    (candidate) => candidate?.key === key && typeof candidate.subscribe === "function",
  );
}

/**
 * @param {any} error   as pusher-js's connection tells it
 * @returns {{ code?: number, message?: string }}
 */
export const reasonOf = (error) => error?.error?.data ?? error?.data ?? {};

export class PusherLink {
  /**
   * @param {Page} page
   * @param {import("./settings.js").Settings} settings
   * @param {import("./connection.js").Listener} listener
   * @param {import("./user.js").User} user
   * @param {PusherInstance} pusher
   */
  constructor(page, settings, listener, user, pusher) {
    this._page = page;
    this._settings = settings;
    this._pusher = pusher;
    this._listener = listener;
    /** @type {Set<string>} the channels that the page had not joined without us */
    this._own = new Set();
    /** @type {WeakSet<PusherChannel>} the channels whose gaps are told */
    this._followed = new WeakSet();
    this._refused = false;
    this._isCurrent = (/** @type {string} */ socketId) => socketId === this.socketId;
    this._authorizer = new Authorizer(page, settings, this._isCurrent);
    honourGrants(pusher, this._authorizer);
    this._relay(pusher, user);
    pusher.connection.bind("error", (error) => {
      this._refused = !!policyFor(reasonOf(error).code ?? 0).refused;
    });
    pusher.connection.bind("state_change", ({ current }) => this._changed(current));
    pusher.bind_global((event, data) => listener.received({ event, data }));
  }

  get socketId() {
    const { state, socket_id } = this._pusher.connection;
    return state === "connected" ? socket_id : null;
  }

  connect() {
    this._pusher.connect();
    this._changed(this._pusher.connection.state);
  }

  disconnect() {
    this._pusher.disconnect();
  }

  signin() {
    const { _page: page, _settings: settings, _pusher: pusher } = this;
    if (!pusher.user) throw new Error("onair: the page's pusher-js cannot sign in: load version 7.1 or a later one.");
    pusher.config.userAuthenticator = asPusherUserAuthenticator(authenticator(page, settings, this._isCurrent));
    pusher.signin();
  }

  /** @param {string} name */
  channel(name) {
    return this._pusher.channel(name);
  }

  /**
   * @param {string} name
   * @param {string} [grant]
   * @param {Signature} [signature]   for this connection, where the site has given it already
   */
  subscribe(name, grant, signature) {
    if (grant) this._authorizer.grants.set(name, grant);
    if (signature) this._authorizer.signatures.set(name, signature);
    if (!this._pusher.channel(name)) this._own.add(name);
    const channel = this._pusher.subscribe(name);
    this._follow(channel);
    return channel;
  }

  /** @param {PusherChannel} channel */
  _follow(channel) {
    if (this._followed.has(channel)) return;
    this._followed.add(channel);
    this._watch(channel, channel);
  }

  /**
   * @param {PusherChannel} channel
   * @param {{ emit(event: string, data: unknown, metadata: unknown): unknown }} handlers   who hears of its gaps
   * @param {Place} [place]
   */
  _watch(channel, handlers, place) {
    const { name } = channel;
    const tell = () => {
      handlers.emit(GAP, {}, { channel: name });
      this._listener.received({ event: GAP, data: {}, channel: name });
    };
    watchForGaps(this._page, this._pusher, channel, tell, place);
  }

  /**
   * Let our user be who pusher-js has signed in, whichever script asked for it.
   *
   * @param {PusherInstance} pusher
   * @param {import("./user.js").User} user
   */
  _relay({ connection, user: theirs }, user) {
    if (!theirs) return;
    let place = new Place();
    let name = "";
    theirs.bind_global((event, data) => user.emit(event, data));
    theirs.watchlist.bind_global((event, data) => user.watchlist.emit(event, data));
    connection.bind("state_change", ({ current }) => current !== "connected" && user._leave());
    connection.bind("message", ({ event, data }) => {
      const channel = theirs.serverToUserChannel; // another object for each connection
      if (event !== "pusher:signin_success" || !channel) return;
      user._welcome(data.user_data);
      if (channel.name !== name) place = new Place();
      name = channel.name;
      this._watch(channel, user, place);
    });
  }

  /** @param {string} name */
  unsubscribe(name) {
    if (this._own.delete(name)) this._pusher.unsubscribe(name);
  }

  /** @param {string} state   in pusher-js's words */
  _changed(state) {
    if (state === "connected") this._refused = false;
    this._listener.changed(state === "disconnected" && this._refused ? "refused" : STATES[state]);
  }
}
