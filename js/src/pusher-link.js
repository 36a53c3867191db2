/** Channels over the connection that the page already has through pusher-js. */

import { Authorizer, honourGrants } from "./authorizer.js";
import { policyFor } from "./closing.js";

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
   * @param {PusherInstance} pusher
   */
  constructor(page, settings, listener, pusher) {
    this._pusher = pusher;
    this._listener = listener;
    /** @type {Set<string>} the channels that the page had not joined without us */
    this._own = new Set();
    this._refused = false;
    this._authorizer = new Authorizer(page, settings, (socketId) => socketId === this.socketId);
    honourGrants(pusher, this._authorizer);
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

  /** @param {string} name */
  channel(name) {
    return this._pusher.channel(name);
  }

  /**
   * @param {string} name
   * @param {string} [grant]
   */
  subscribe(name, grant) {
    if (grant) this._authorizer.grants.set(name, grant);
    if (!this._pusher.channel(name)) this._own.add(name);
    return this._pusher.subscribe(name);
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
