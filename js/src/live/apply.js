/** Patches of regions: operations on the last server HTML, and by the merge on the page. */

import { watchComposition } from "./controls.js";
import { focusNear } from "./focus.js";
import { inertDocument, parse, parsePage } from "./html.js";
import { allOf, blockAt, childOf, elementOf, labelOf, regionOf, runOf, starts } from "./markers.js";
import { begin, fill, insert, liveOf, moveItem, remove, setAttribute, setText, twin } from "./merge.js";

/** @typedef {import("./markers.js").Block} Block */
/** @typedef {(string | number)[]} Path   labels, from the region to the block */
/** @typedef {[operation: string, path: Path, ...rest: any[]]} Operation */

/** The region that is the whole page; it has no markers. */
const PAGE = "page";

/** The page is not as the server knows it: a marker is missing. */
export class Lost extends Error {}

/** @type {DocumentFragment} the last server HTML: of all of the page, since its place decides how HTML is read */
export let base;

/** @type {Map<string, Comment>} where each region begins in it */
const begins = new Map();

/** Take the page for what the server has sent. */
export function mirror() {
  watchComposition();
  const inert = inertDocument();
  base = inert.createDocumentFragment();
  base.append(inert.importNode(document.documentElement, true));
  twin(found(base.firstChild), document.documentElement);
  find(base);
}

/** @param {string} region */
export const has = (region) => region === PAGE || base.contains(begins.get(region) ?? null);

/** @returns {string[]} the regions with markers that are on the page */
export const present = () => [...begins.keys()].filter(has);

/**
 * @param {string} region
 * @returns {Comment | undefined} where it begins on the page; nothing for the whole page
 */
export const startOf = (region) => liveOf(/** @type {Node} */ (begins.get(region)));

/**
 * @param {string} region
 * @returns {Element | undefined | null} what it lies in
 */
export const parentOf = (region) => (region === PAGE ? document.documentElement : startOf(region)?.parentElement);

/**
 * @param {string} region
 * @param {Operation[]} operations
 */
export const apply = (region, operations) =>
  merge(() => {
    for (const [operation, path, ...rest] of operations) {
      const last = path[path.length - 1];
      let block = regionAt(region);
      for (const label of /[at]/.test(operation) ? path.slice(0, -1) : path) block = found(childOf(block, label));
      OPERATIONS[operation]?.(block, rest, last);
    }
  });

/**
 * Give a region all that it has now.
 *
 * @param {string} region
 * @param {string} html
 */
export function replace(region, html) {
  const block = regionAt(region);
  return merge(() => fill(block, region === PAGE ? parsePage(html) : parse(html, block.parent)));
}

/**
 * Show nothing of a region any more.
 *
 * @param {string} region
 */
export const blank = (region) =>
  merge(() => fill(region === PAGE ? allOf(found(base.querySelector("body"))) : regionAt(region), []));

/** @param {string} region */
const regionAt = (region) => (region === PAGE ? allOf(base) : blockOf(begins.get(region)));

/** @param {Node} root */
function find(root) {
  for (const start of [root, ...starts(root)]) {
    const region = regionOf(labelOf(start));
    if (region !== undefined) begins.set(region, /** @type {Comment} */ (start));
  }
}

/** @param {() => void} change */
function merge(change) {
  const outcome = begin();
  const { activeElement } = document;
  try {
    change();
  } finally {
    outcome._grafts.forEach(find);
    if (activeElement && !activeElement.isConnected) focusNear(activeElement, outcome._beside);
  }
  return outcome;
}

/**
 * @template T
 * @param {T | null | undefined} value
 * @returns {T}
 */
function found(value) {
  if (!value) throw new Lost();
  return value;
}

/** @param {Node} [start] */
const blockOf = (start) => found(blockAt(start));

/**
 * @param {Block} list
 * @param {string | null} key
 */
const itemOf = (list, key) => (key === null ? undefined : found(childOf(list, key)));

/** @type {Record<string, (block: Block, rest: any[], last: string | number) => void>} */
const OPERATIONS = {
  h: (block, [html]) => fill(block, parse(html, block.parent)),
  t: (block, [text], number) => setText(found(elementOf(block, number)), text),
  a(block, [name, value], number) {
    const next = document.createAttribute(name);
    next.value = value;
    setAttribute(found(elementOf(block, number)), name, next);
  },
  i(list, [key, before, html]) {
    const known = childOf(list, key);
    const next = itemOf(list, before);
    if (!known) return insert(list, parse(`<!--o:${key}-->${html}<!--/o:${key}-->`, list.parent), next);
    fill(known, parse(html, list.parent));
    moveItem(list, known, next);
  },
  d(list, [key]) {
    const item = childOf(list, key);
    if (item) remove(runOf(item));
  },
  m: (list, [key, before]) => moveItem(list, found(childOf(list, key)), itemOf(list, before)),
};
