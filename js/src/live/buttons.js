/** What a user decides of a region: to see what is new, and to let it stand still. */

import { addStyles } from "./styles.js";

/** @typedef {import("./meeting.js").Live} Live */
/** @typedef {Record<string, string>} Texts   in the visitor's language, by name */

/**
 * @param {Live} live
 * @param {string} region
 * @param {string} name
 * @param {() => void} click
 */
function addButton({ startOf }, region, name, click) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `onair-${name}`;
  button.addEventListener("click", click);
  const start = startOf(region);
  // Where HTML lets it stand.
  const place = start?.parentElement?.closest("table,ul,ol,dl,select,svg") ?? start;
  if (place) place.before(button);
  else document.body.prepend(button);
  return button;
}

/**
 * A button that stops a region and lets it go on.
 *
 * @param {Live} live
 * @param {string} region
 * @param {Texts | undefined} texts
 * @param {(paused: boolean) => void} changed
 */
export function addPause(live, region, { pause, resume } = {}, changed) {
  let paused = false;
  const button = addButton(live, region, "pause", () => {
    paused = !paused;
    button.textContent = paused ? resume : pause;
    changed(paused);
  });
  button.textContent = pause;
}

/**
 * A button for what is new in a region: until it is pressed, new items are there and are not seen.
 *
 * @param {Live} live
 * @param {string} region
 * @param {Texts | undefined} texts
 * @returns {(merge: import("./merge.js").Outcome) => void}
 */
export function addPill(live, region, { pill = "{n}" } = {}) {
  /** @type {HTMLElement[][]} the elements of each item */
  let held = [];
  addStyles();
  const button = addButton(live, region, "pill", () => {
    const [first] = held.flat();
    for (const element of held.flat()) element.removeAttribute("data-onair-held");
    held = [];
    show();
    if (!first) return;
    if (first.tabIndex < 0) first.tabIndex = -1; // the focus was on a button that has gone
    first.focus();
  });
  function show() {
    held = held.filter(([element]) => element.isConnected);
    button.hidden = !held.length;
    button.textContent = pill.replace("{n}", String(held.length));
  }
  show();
  return ({ added }) => {
    const items = added.map((nodes) => /** @type {HTMLElement[]} */ (nodes.filter((node) => node.nodeType === 1)));
    for (const element of items.flat()) element.setAttribute("data-onair-held", "");
    held.push(...items.filter(({ length }) => length));
    show();
  };
}
