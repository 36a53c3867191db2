/** What a close code of the server asks of the client, and what it tells the developer (P-ERRH). */

import { PACE } from "./backoff.js";

/** @typedef {import("./backoff.js").Pace & { refused?: boolean }} Policy */

/** @type {[from: number, to: number, policy: Policy][]} */
const POLICIES = [
  [4000, 4099, { ...PACE, refused: true }], // not unless something is changed
  [4100, 4199, { floor: 1000, spread: 2000 }], // back off
  [4200, 4299, { floor: 0, spread: 500 }], // at once: a restart sends it to everybody, hence the jitter
];

/**
 * @param {number} code
 * @returns {Policy}
 */
export function policyFor(code) {
  return POLICIES.find(([from, to]) => from <= code && code <= to)?.[2] ?? PACE;
}

const UPDATE = "Run collectstatic and reload the page: its onair.js and the server differ in version.";

/** @type {Record<number, string>} */
const REMEDIES = {
  4000: 'Let ONAIR["PUBLIC_URL"] begin with wss://.',
  4001: "Give the site and the server the same ONAIR URL, or the same SECRET_KEY.",
  4003: "Enable the app on the server.",
  4004: "Raise the app's limit of connections.",
  4005: 'Check the path in ONAIR["PUBLIC_URL"].',
  4006: UPDATE,
  4007: UPDATE,
  4008: UPDATE,
  4009: "Add this page's origin to ALLOWED_HOSTS or CSRF_TRUSTED_ORIGINS.",
};

/** Of a page that the server had taken, and then closed for good. */
const ENDED = "The site has ended this page's connection; onair.connect() makes another one.";

/**
 * Tell the developer that the server refuses this page, and what to do.
 *
 * @param {number} code
 * @param {string} [reason]   in the server's words
 * @param {boolean} [taken]   whether it had taken the page before
 */
export function reportRefusal(code, reason, taken) {
  const remedy = taken && code === 4009 ? ENDED : (REMEDIES[code] ?? "Ask the server's log.");
  console.error(`onair: the server refuses this page (${code}${reason && ": " + reason}). ${remedy}`);
}

/**
 * Tell the developer that no server is there, and what to do.
 *
 * @param {string} url   of the socket
 */
export function reportNoServer(url) {
  console.error(
    `onair: no server answers at ${url.split("?")[0]}. Start one: "manage.py runserver", "manage.py onair serve", or ` +
      'onair.asgi in an ASGI site, all with the same SECRET_KEY. If it runs elsewhere, set ONAIR_URL and ' +
      'ONAIR["PUBLIC_URL"]. A Content-Security-Policy must allow it in connect-src.',
  );
}

/** Tries in a row that a server turns away before the developer is told: a restart may take one or two. */
const PATIENCE = 3;

/** Hears that a server has no place for this page for now (4100 to 4199), and tells the developer when it goes on. */
export class TurnedAway {
  constructor() {
    this._times = 0;
  }

  /** The server has taken the page. */
  end() {
    this._times = 0;
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]   in the server's words
   */
  hear(code = 0, reason = "") {
    if (code < 4100 || code >= 4200 || ++this._times !== PATIENCE) return;
    console.warn(
      `onair: the server turns this page away (${code}${reason && ": " + reason}). The page goes on trying. ` +
        "The server's log says more.",
    );
  }
}
