/** Asks the site: JSON there, with Django's CSRF token, and JSON back. */

import { PACE, delay } from "./backoff.js";

/** @typedef {import("./settings.js").Settings} Settings */

/**
 * What the site answered. `error` and `status` say why it is no permission, wherever it is none.
 *
 * @typedef {{ error: string, status: number, [field: string]: any }} Answer
 */

/** How long an answer may take, in milliseconds. */
const PATIENCE = 20_000;

const NO_ENDPOINT = 'Add path("onair/", include("onair.urls")) to the URLconf: it authorises channels and users.';

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

/**
 * As pusher-js tells of it.
 *
 * @param {AuthorizationError} error
 */
export const asAuthError = ({ message, status }) => ({ type: "AuthError", error: message, status });

export class Site {
  /**
   * @param {Page} page
   * @param {Settings} settings
   */
  constructor(page, settings) {
    this._page = page;
    this._settings = settings;
  }

  /**
   * A request that fails on its way is repeated, for as long as somebody wants its answer.
   *
   * @param {string} url
   * @param {object | undefined} body   nothing for a GET
   * @param {() => boolean} isWanted
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Answer | null>} null when nobody wants it any more
   */
  async ask(url, body, isWanted, headers) {
    if (!url) return { error: NO_ENDPOINT, status: 404 };
    const page = this._page;
    for (let attempt = 0; isWanted(); attempt++) {
      try {
        const response = await this._send(url, body, headers);
        if (response.status !== 429 && response.status < 500) return answerOf(url, response, await response.text());
      } catch {
        // the network failed, or nobody answered in time
      }
      await new Promise((again) => page.setTimeout(again, delay(PACE, attempt, page.Math.random())));
    }
    return null;
  }

  /**
   * @param {string} url
   * @param {object} [body]
   * @param {Record<string, string>} [headers]
   */
  _send(url, body, headers) {
    const token = this.csrfToken();
    return this._page.fetch(url, {
      method: body ? "POST" : "GET",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...(token && { [this._settings.csrfHeader]: token }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  }

  /** The token of Django's cookie; pages without one are known by their origin. */
  csrfToken() {
    const start = this._settings.csrfCookie + "=";
    const cookie = this._page.document.cookie.split("; ").find((pair) => pair.startsWith(start));
    return cookie?.slice(start.length);
  }
}

/**
 * @param {string} url
 * @param {Response} response
 * @param {string} text   JSON from our endpoint, anything from a middleware before it
 * @returns {Answer}
 */
function answerOf(url, { status, redirected }, text) {
  const error = redirected
    ? `${url} redirects: let it through the site's login middleware.`
    : `${url} answered ${status}: is the visitor logged in, and this origin in CSRF_TRUSTED_ORIGINS?`;
  try {
    return { error, status, ...JSON.parse(text) };
  } catch {
    return { error, status };
  }
}
