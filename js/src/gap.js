/** The event that says that events of a channel may be missing, and nobody knows which. */

import { Place } from "./place.js";

export const GAP = "onair:gap";

/** Two scripts may follow one channel of pusher-js; a page is told of a gap by one of them. */
const TOLD = Symbol.for("onair.gap");

/**
 * @param {Page} page
 * @param {string} channel
 */
export function dispatchGap({ document, CustomEvent }, channel) {
  document.dispatchEvent(new CustomEvent(GAP, { detail: { channel } }));
}

/**
 * Tell of each return of a channel of pusher-js, which does not ask for what it has missed.
 *
 * @param {Page} page
 * @param {PusherInstance} pusher
 * @param {PusherChannel} channel
 * @param {() => void} [tell]
 * @param {Place} [place]   of a channel that is the same one, and another object
 */
export function watchForGaps(page, { connection }, channel, tell, place = new Place()) {
  if (channel.subscribed) place.welcome(undefined, connection.socket_id);
  channel.bind("pusher:subscription_succeeded", () => {
    const { socket_id } = connection;
    if (!place.welcome(undefined, socket_id)) return;
    tell?.();
    if (channel[TOLD] === socket_id) return;
    channel[TOLD] = socket_id;
    dispatchGap(page, channel.name);
  });
}
