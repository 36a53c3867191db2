/** What a user decides of a region: to see what is new, and to let it stand still. */

import { putBefore } from "./apply.js";
import { addStyles } from "./styles.js";

/** @typedef {Record<string, string>} Texts   the site's words, by name; English where there are none */

/**
 * @param {string} region
 * @param {string} name
 * @param {() => void} click
 */
function addButton(region, name, click) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `onair-${name}`;
  button.addEventListener("click", click);
  putBefore(region, button);
  return button;
}

/**
 * A button that stops a region and lets it go on.
 *
 * @param {string} region
 * @param {Texts} texts
 * @param {(paused: boolean) => void} changed
 */
export function addPause(region, { pause = "Pause updates", resume = "Resume updates" }, changed) {
  let paused = false;
  const button = addButton(region, "pause", () => {
    paused = !paused;
    button.textContent = paused ? resume : pause;
    changed(paused);
  });
  button.textContent = pause;
}

/**
 * A button for what is new in a region: until it is pressed, new items are there and are not seen.
 *
 * @param {string} region
 * @param {Texts} texts
 * @returns {(merge: import("./merge.js").Outcome) => void}
 */
export function addPill(region, { pill = "{n} new – show" }) {
  /** @type {HTMLElement[][]} the elements of each item */
  let held = [];
  addStyles();
  const button = addButton(region, "pill", () => {
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
