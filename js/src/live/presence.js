/** A page that shows who looks at an object is there itself. */

import { allOf, blockAt, inside, labelOf, starts } from "./markers.js";
import { isElement } from "./pairing.js";
import { addStyles } from "./styles.js";

/** @typedef {{ channel: string, grant?: string, region?: string, include_self?: boolean }} Presence */

/**
 * Join, and hide the page's own user in the region that shows who is there.
 *
 * @param {import("../client.js").OnAir} onair
 * @param {import("./meeting.js").Live} live
 * @param {Presence} presence
 */
export function join(onair, { regions, startOf }, { channel, grant, region, include_self }) {
  const joined = onair.subscribe(channel, { grant });
  if (include_self || !region) return;
  let self = "";
  const hide = () => {
    if (!self || !(region in (regions?.versions() ?? {}))) return;
    addStyles();
    const start = startOf(region);
    for (const element of elementsOf(start ? blockAt(start) : allOf(document), self)) {
      element.setAttribute("data-onair-self", "");
    }
  };
  joined.bind("pusher:subscription_succeeded", (/** @type {import("../members.js").Members} */ { myID }) => {
    self = String(myID);
    hide();
  });
  document.addEventListener("onair:patched", hide);
}

/**
 * @param {import("./markers.js").Block | undefined} region
 * @param {string} label
 * @returns {Element[]} those of its blocks with this label, however deep
 */
const elementsOf = (region, label) =>
  (region ? inside(region) : [])
    .flatMap((node) => [node, ...starts(node)])
    .filter((node) => labelOf(node) === label)
    .flatMap((start) => inside(blockAt(start) ?? allOf(start)))
    .filter(isElement);
