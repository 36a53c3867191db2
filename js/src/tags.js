/** What the tags of django-pusherable do on a page, however many there are, over one connection of pusher-js. */

import { Authorizer, asPusherAuthorizer, honourGrants } from "./authorizer.js";
import { TurnedAway, policyFor, reportNoServer, reportRefusal } from "./closing.js";
import { hastenReturn } from "./comeback.js";
import { callSafely } from "./emitter.js";
import { watchForGaps } from "./gap.js";
import { findPusher, reasonOf } from "./pusher-link.js";
import { readSettings, serverAddress, socketUrl } from "./settings.js";
import { asPusherUserAuthenticator, authenticator } from "./signin.js";

/** @typedef {import("./settings.js").Settings} Settings */

const NO_PUSHER =
  "pusherable: there is no pusher-js on this page. Put {% pusherable_script %} before {% pusherable_subscribe %}, " +
  "and see that its pusher.min.js loads (collectstatic).";

/** Every tag runs the file again; this is where they meet. */
const TAGS = Symbol.for("onair.pusherable");

/**
 * The options of pusher-js for one server, whichever it is. It asks for a cluster even where that has no meaning.
 *
 * Without TLS "wss" stays off: pusher-js would try it on the plain port after two seconds.
 *
 * @param {Settings} settings
 * @param {{ origin: string }} location
 */
export function serverOptions(settings, location) {
  const { secure, host, port, path } = serverAddress(settings, location);
  return {
    cluster: settings.cluster || "mt1",
    wsHost: host,
    wsPort: Number(port) || 80,
    wssPort: Number(port) || 443,
    wsPath: path,
    forceTLS: secure,
    enabledTransports: secure ? ["ws", "wss"] : ["ws"],
  };
}

export class Pusherable {
  /**
   * @param {Page} page
   * @param {Settings} settings
   * @param {(event: string, data: unknown) => void} notify   calls the page's pusherable_notify, if it has one
   */
  constructor(page, settings, notify) {
    this._page = page;
    this._settings = settings;
    this._notify = notify;
    /** @type {Set<string>} what is bound already: a page may have the same tag twice */
    this._bound = new Set();
    /** @type {PusherInstance | undefined} */
    this._pusher = undefined;
    this._isCurrent = (/** @type {string} */ id) => id === this._pusher?.connection.socket_id;
    this._authorizer = new Authorizer(page, settings, this._isCurrent);
  }

  /**
   * @param {string} name
   * @param {string} event
   * @param {string} [model]   what the event's `data.model` says
   * @param {string} [grant]
   */
  subscribe(name, event, model, grant) {
    if (grant) this._authorizer.grants.set(name, grant);
    this._pusher ??= this._adopt() ?? this._create();
    this._page.pusher = this._pusher;
    const channel = (this._page.channel = this._pusher.subscribe(name));
    // A page of tags alone may have old content then, and hears of it as it hears of the tags' events.
    if (this._isNew(name)) watchForGaps(this._page, this._pusher, channel);
    if (!this._isNew(`${name} ${event}`)) return;
    channel.bind(event, (data) => this._deliver(event, withModel(data, model), name));
  }

  /** @param {string} bound */
  _isNew(bound) {
    return !this._bound.has(bound) && !!this._bound.add(bound);
  }

  /** The connection to our app that the page's own code has made. */
  _adopt() {
    const pusher = findPusher(this._page, this._settings.key);
    if (pusher) honourGrants(pusher, this._authorizer);
    return pusher;
  }

  _create() {
    const { _page: page, _settings: settings } = this;
    const Pusher = /** @type {PusherClass} */ (page.Pusher);
    const pusher = new Pusher(settings.key, {
      ...serverOptions(settings, page.location),
      channelAuthorization: { customHandler: asPusherAuthorizer(this._authorizer) },
      userAuthentication: {
        customHandler: asPusherUserAuthenticator(authenticator(page, settings, this._isCurrent)),
      },
    });
    watch(page, pusher, settings);
    hastenReturn(page, pusher);
    return pusher;
  }

  /**
   * @param {string} event
   * @param {unknown} data
   * @param {string} channel
   */
  _deliver(event, data, channel) {
    callSafely(this._notify, event, data);
    const { CustomEvent, document } = this._page;
    document.dispatchEvent(new CustomEvent(`pusherable:${event}`, { detail: { event, data, channel } }));
  }
}

/**
 * Tell the developer what pusher-js keeps to itself: that no server answers, that it refuses, or turns pages away.
 *
 * @param {Page} page
 * @param {PusherInstance} pusher
 * @param {Settings} settings
 */
function watch({ navigator, location }, { connection }, settings) {
  let hoping = true; // until a server has answered, or the developer knows that none does
  let taken = false;
  const turnedAway = new TurnedAway();
  connection.bind("connecting", () => (taken = false));
  connection.bind("connected", () => {
    hoping = false;
    taken = true;
    turnedAway.end();
  });
  connection.bind("unavailable", () => {
    if (hoping && navigator.onLine) reportNoServer(socketUrl(settings, location));
    hoping = false;
  });
  connection.bind("error", (error) => {
    const { code = 0, message } = reasonOf(error);
    if (policyFor(code).refused) reportRefusal(code, message, taken);
    turnedAway.hear(code, message);
  });
}

/**
 * @param {any} data
 * @param {string} [model]
 */
function withModel(data, model) {
  if (data && typeof data === "object" && !Array.isArray(data)) data.model ??= model;
  return data;
}

/**
 * @param {Page} page
 * @param {DOMStringMap | undefined} dataset   of the script element that runs
 * @param {(event: string, data: unknown) => void} notify
 */
export function run(page, dataset, notify) {
  const { onairKey, onairChannel, onairEvent, onairModel, onairGrant } = dataset ?? {};
  if (dataset && onairKey) page[TAGS] ??= new Pusherable(page, readSettings(dataset), notify);
  if (!onairChannel || !onairEvent) return;
  /** @type {Pusherable | undefined} */
  const tags = page[TAGS];
  if (tags && typeof page.Pusher === "function") tags.subscribe(onairChannel, onairEvent, onairModel, onairGrant);
  else console.error(NO_PUSHER);
}
