/** Asks the site whether this page may join channels: all that wait in one tick in one request (P-AUTH). */

import { PACE, delay } from "./backoff.js";

/** @typedef {import("./settings.js").Settings} Settings */

/** How many channels the endpoint takes at once. */
export const BATCH = 100;

/** How long an answer may take, in milliseconds. */
const PATIENCE = 20_000;

const NO_ENDPOINT = 'Add path("onair/", include("onair.urls")) to the URLconf: it authorises channels.';

/** The site said no. */
export class AuthorizationError extends Error {
  /**
   * @param {string} message
   * @param {number} status   of HTTP
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** @typedef {Partial<Signature> & { error?: string, status?: number }} Verdict */

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
    this._page = page;
    this._settings = settings;
    this._isCurrent = isCurrent;
    /** @type {Map<string, string>} grants of the page's tags, by channel */
    this.grants = new Map();
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
    if (!this._settings.auth) return Promise.reject(new AuthorizationError(NO_ENDPOINT, 404));
    return new Promise((resolve, reject) => {
      if (!this._waiting.length) queueMicrotask(() => this._flush());
      this._waiting.push({ socketId, name, resolve, reject });
    });
  }

  _flush() {
    const requests = this._waiting.splice(0).filter(({ socketId }) => this._isCurrent(socketId));
    while (requests.length) this._ask(requests.splice(0, BATCH), 0);
  }

  /**
   * @param {Request[]} requests   of one connection
   * @param {number} attempt
   */
  async _ask(requests, attempt) {
    if (!this._isCurrent(requests[0].socketId)) return;
    try {
      const response = await this._post(requests);
      if (response.status === 429 || response.status >= 500) throw response;
      this._settle(requests, response, await response.text());
    } catch {
      this._page.setTimeout(
        () => this._ask(requests, attempt + 1),
        delay(PACE, attempt, this._page.Math.random()),
      );
    }
  }

  /** @param {Request[]} requests */
  _post(requests) {
    const { auth, csrfHeader } = this._settings;
    const token = this._csrfToken();
    return this._page.fetch(auth, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...(token && { [csrfHeader]: token }),
      },
      body: JSON.stringify({
        socket_id: requests[0].socketId,
        channels: [...new Set(requests.map(({ name }) => name))].map((name) => ({
          name,
          grant: this.grants.get(name),
        })),
      }),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  }

  /** The token of Django's cookie; pages without one are known by their origin. */
  _csrfToken() {
    const start = this._settings.csrfCookie + "=";
    const cookie = this._page.document.cookie.split("; ").find((pair) => pair.startsWith(start));
    return cookie?.slice(start.length);
  }

  /**
   * @param {Request[]} requests
   * @param {Response} response
   * @param {string} text
   */
  _settle(requests, { status, redirected }, text) {
    const answer = answerOf(text);
    const unexplained = redirected
      ? `${this._settings.auth} redirects: let it through the site's login middleware.`
      : `${this._settings.auth} answered ${status}: is the visitor logged in, and this origin in CSRF_TRUSTED_ORIGINS?`;
    for (const { name, resolve, reject } of requests) {
      const verdict = answer.channels?.[name] ?? answer;
      if (verdict.auth) resolve(/** @type {Signature} */ (verdict));
      else reject(new AuthorizationError(verdict.error ?? unexplained, verdict.status ?? status));
    }
  }
}

/**
 * @param {string} text   JSON from our endpoint, anything from a middleware before it
 * @returns {Verdict & { channels?: Record<string, Verdict> }}
 */
function answerOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * Let a pusher-js that has an authorisation of its own ask us where a tag has granted the channel.
 *
 * @param {PusherInstance} pusher
 * @param {Authorizer} authorizer
 */
export function honourGrants({ config }, authorizer) {
  const theirs = config.channelAuthorizer;
  const ours = asPusherAuthorizer(authorizer);
  config.channelAuthorizer = (request, callback) =>
    (authorizer.grants.has(request.channelName) ? ours : theirs)(request, callback);
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
