/** Asks the site whether this page may join channels: all that wait in one tick in one request (P-AUTH). */

import { AuthorizationError, Site } from "./site.js";

/** @typedef {import("./settings.js").Settings} Settings */

/** How many channels the endpoint takes at once. */
export const BATCH = 100;

/**
 * @typedef {object} Request
 * @property {string} socketId
 * @property {string} name
 * @property {(signature: Signature) => void} resolve
 * @property {(error: AuthorizationError) => void} reject
 */

export class Authorizer {
  /**
   * @param {Page} page
   * @param {Settings} settings
   * @param {(socketId: string) => boolean} isCurrent   whether that connection is still the page's
   */
  constructor(page, settings, isCurrent) {
    this._site = new Site(page, settings);
    this._url = settings.auth;
    this._isCurrent = isCurrent;
    /** @type {Map<string, string>} grants of the page's tags, by channel */
    this.grants = new Map();
    /** @type {Map<string, Signature>} by channel, of those that need not be asked for; each is good for once */
    this.signatures = new Map();
    /** @type {Request[]} */
    this._waiting = [];
  }

  /**
   * Rejects with an AuthorizationError when the site refuses. A request that fails otherwise is repeated, for
   * as long as its connection lasts; when that is gone the promise is left alone, since the next one asks again.
   *
   * @param {string} socketId
   * @param {string} name
   * @returns {Promise<Signature>}
   */
  authorize(socketId, name) {
    return new Promise((resolve, reject) => {
      const signature = this.signatures.get(name);
      if (this.signatures.delete(name) && signature) return resolve(signature);
      if (!this._waiting.length) queueMicrotask(() => this._flush());
      this._waiting.push({ socketId, name, resolve, reject });
    });
  }

  _flush() {
    const requests = this._waiting.splice(0).filter(({ socketId }) => this._isCurrent(socketId));
    while (requests.length) this._ask(requests.splice(0, BATCH));
  }

  /** @param {Request[]} requests   of one connection */
  async _ask(requests) {
    const socketId = requests[0].socketId;
    const names = [...new Set(requests.map(({ name }) => name))];
    const answer = await this._site.ask(
      this._url,
      { socket_id: socketId, channels: names.map((name) => ({ name, grant: this.grants.get(name) })) },
      () => this._isCurrent(socketId),
    );
    if (!answer) return;
    for (const { name, resolve, reject } of requests) {
      const verdict = answer.channels?.[name] ?? answer;
      if (verdict.auth) resolve(verdict);
      else reject(new AuthorizationError(verdict.error ?? answer.error, verdict.status ?? answer.status));
    }
  }
}

/**
 * Let a pusher-js that has an authorisation of its own ask us where a tag has granted the channel, or we know it.
 *
 * @param {PusherInstance} pusher
 * @param {Authorizer} authorizer
 */
export function honourGrants({ config }, authorizer) {
  const theirs = config.channelAuthorizer;
  const ours = asPusherAuthorizer(authorizer);
  config.channelAuthorizer = (request, callback) =>
    ([authorizer.grants, authorizer.signatures].some((known) => known.has(request.channelName)) ? ours : theirs)(
      request,
      callback,
    );
}

/**
 * @param {Authorizer} authorizer
 * @returns {PusherAuthorizer} what pusher-js calls a `customHandler`
 */
export function asPusherAuthorizer(authorizer) {
  return ({ socketId, channelName }, callback) =>
    void authorizer.authorize(socketId, channelName).then(
      (signature) => callback(null, signature),
      (error) => callback(error, null),
    );
}
