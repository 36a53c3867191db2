/** A page that shows who looks at an object is there itself. */

import { elementsOf, has } from "./apply.js";
import { addStyles } from "./styles.js";

/** @typedef {{ channel: string, grant?: string, region?: string, include_self?: boolean }} Presence */

/**
 * Join, and hide the page's own user in the region that shows who is there.
 *
 * @param {import("../client.js").OnAir} onair
 * @param {Presence} presence
 */
export function join(onair, { channel, grant, region, include_self }) {
  const joined = onair.subscribe(channel, { grant });
  if (include_self || !region) return;
  let self = "";
  const hide = () => {
    if (!self || !has(region)) return;
    addStyles();
    for (const element of elementsOf(region, self)) element.setAttribute("data-onair-self", "");
  };
  joined.bind("pusher:subscription_succeeded", (/** @type {import("../members.js").Members} */ { myID }) => {
    self = String(myID);
    hide();
  });
  document.addEventListener("onair:patched", hide);
}
