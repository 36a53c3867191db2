/** A page that shows who looks at an object is there itself. */

import { addStyles } from "./styles.js";

/** @typedef {{ channel: string, grant?: string, region?: string, include_self?: boolean }} Presence */

/**
 * Join, and hide the page's own user in the region that shows who is there.
 *
 * @param {import("../client.js").OnAir} onair
 * @param {Presence} presence
 * @param {import("./apply.js").Mirror} mirror
 */
export function join(onair, { channel, grant, region, include_self }, mirror) {
  const joined = onair.subscribe(channel, { grant });
  if (include_self || !region) return;
  let self = "";
  const hide = () => {
    if (!self || !mirror.has(region)) return;
    addStyles();
    for (const element of mirror.elementsOf(region, self)) element.setAttribute("data-onair-self", "");
  };
  joined.bind("pusher:subscription_succeeded", (/** @type {import("../members.js").Members} */ { myID }) => {
    self = String(myID);
    hide();
  });
  document.addEventListener("onair:patched", hide);
}
