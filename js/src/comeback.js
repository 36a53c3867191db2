/** What pusher-js lacks after a loss: a next try before the fifteen seconds that it waits when nobody answers. */

import { delay } from "./backoff.js";

/** @type {import("./backoff.js").Pace} */
const PACE = { floor: 1000, spread: 1000 };

/** After so many hastened tries pusher-js goes on at its own pace. */
const TRIES = 4;

/**
 * Let a connection that was lost come back as soon as the server does: a restart takes a second or two.
 *
 * @param {Page} page
 * @param {PusherInstance} pusher
 */
export function hastenReturn(page, pusher) {
  let attempt = TRIES; // a first handshake may be slow, and is not cut short
  let timer = 0;
  const again = () => {
    pusher.disconnect();
    pusher.connect();
  };
  pusher.connection.bind("state_change", ({ current }) => {
    page.clearTimeout(timer);
    if (current === "connected") attempt = 0;
    if (current !== "connecting" || attempt === TRIES) return;
    timer = page.setTimeout(again, delay(PACE, attempt++, page.Math.random()));
  });
}
