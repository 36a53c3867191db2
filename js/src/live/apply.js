/** Patches of regions: operations on the last server HTML, and by the merge on the page. */

import { watchComposition } from "./controls.js";
import { focusNear } from "./focus.js";
import { inertDocument, parse, parsePage } from "./html.js";
import { allOf, blockAt, childOf, elementOf, inside, labelOf, normalise, regionOf, runOf, starts } from "./markers.js";
import { Merge, twin } from "./merge.js";
import { isElement } from "./pairing.js";

/** @typedef {import("./markers.js").Block} Block */
/** @typedef {(string | number)[]} Path   labels, from the region to the block */
/** @typedef {[operation: string, path: Path, ...rest: any[]]} Operation */

/** The region that is the whole page; it has no markers. */
export const PAGE = "page";

/** The page is not as the server knows it: a marker is missing. */
export class Lost extends Error {}

export class Mirror {
  constructor() {
    watchComposition();
    normalise(document);
    /** @type {WeakMap<Node, any>} */
    this._twins = new WeakMap();
    this._root = inertDocument().createDocumentFragment();
    this._root.append(this._root.ownerDocument.importNode(document.documentElement, true));
    this._twins.set(this._root, document);
    twin(/** @type {Node} */ (this._root.firstChild), document.documentElement, this._twins);
    /** @type {Map<string, Comment>} where each region begins, in the last server HTML */
    this._starts = new Map();
    this._find(this._root);
  }

  /** @param {string} region */
  has(region) {
    return region === PAGE || this._root.contains(this._starts.get(region) ?? null);
  }

  /** @returns {string[]} the regions with markers that are on the page */
  get regions() {
    return [...this._starts.keys()].filter((region) => this.has(region));
  }

  /**
   * @param {string} region
   * @returns {Element | undefined} what it lies in
   */
  parentOf(region) {
    const start = this._starts.get(region);
    return region === PAGE ? document.documentElement : start && this._twins.get(start)?.parentElement;
  }

  /**
   * @param {string} region
   * @returns {(element: Element) => void} puts something before it, where HTML lets it stand
   */
  placeFor(region) {
    const live = this._twins.get(/** @type {Node} */ (this._starts.get(region)));
    const outer = live?.parentElement?.closest("table,ul,ol,dl,select,svg") ?? live;
    return (element) => (outer ? outer.before(element) : document.body.prepend(element));
  }

  /**
   * @param {string} region
   * @param {string} label
   * @returns {Element[]} the live elements of its blocks with this label, however deep
   */
  elementsOf(region, label) {
    return inside(this._block(region))
      .flatMap((node) => [node, ...starts(node)])
      .filter((node) => labelOf(node) === label)
      .flatMap((start) => new Merge(this._twins).run(runOf(blockOf(start))))
      .filter(isElement);
  }

  /**
   * @param {string} region
   * @param {Operation[]} operations
   */
  apply(region, operations) {
    return this._merge((merge) => {
      for (const [operation, path, ...rest] of operations) {
        const own = /^[at]$/.test(operation) ? path.slice(0, -1) : path;
        let block = this._block(region);
        for (const label of own) block = found(childOf(block, label));
        OPERATIONS[operation]?.(merge, block, rest, path[path.length - 1]);
      }
    });
  }

  /**
   * Give a region all that it has now.
   *
   * @param {string} region
   * @param {string} html
   */
  replace(region, html) {
    const block = this._block(region);
    return this._merge((merge) => merge.fill(block, region === PAGE ? parsePage(html) : parse(html, block.parent)));
  }

  /**
   * Show nothing of a region any more.
   *
   * @param {string} region
   */
  blank(region) {
    const root = /** @type {Element} */ (this._root.firstChild);
    const block = region === PAGE ? allOf(/** @type {Node} */ (root.querySelector("body"))) : this._block(region);
    return this._merge((merge) => merge.fill(block, []));
  }

  /**
   * @param {string} region
   * @returns {Block}
   */
  _block(region) {
    return region === PAGE ? allOf(this._root) : blockOf(this._starts.get(region));
  }

  /** @param {Node} root */
  _find(root) {
    for (const start of [root, ...starts(root)]) {
      const region = regionOf(labelOf(start));
      if (region !== undefined) this._starts.set(region, /** @type {Comment} */ (start));
    }
  }

  /** @param {(merge: Merge) => void} change */
  _merge(change) {
    const merge = new Merge(this._twins);
    const { activeElement } = document;
    try {
      change(merge);
    } finally {
      merge.grafts.forEach((node) => this._find(node));
      if (activeElement && !activeElement.isConnected) focusNear(activeElement, merge.beside);
    }
    return merge;
  }
}

/**
 * @template T
 * @param {T | undefined} value
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

/** @type {Record<string, (merge: Merge, block: Block, rest: any[], last: string | number) => void>} */
const OPERATIONS = {
  h: (merge, block, [html]) => merge.fill(block, parse(html, block.parent)),
  t: (merge, block, [text], number) => merge.text(found(elementOf(block, number)), text),
  a(merge, block, [name, value], number) {
    const element = found(elementOf(block, number));
    const next = document.createAttribute(name);
    next.value = value;
    merge.attribute(element, name, next);
  },
  i(merge, list, [key, before, html]) {
    const known = childOf(list, key);
    const next = itemOf(list, before);
    if (!known) return merge.insert(list, parse(`<!--o:${key}-->${html}<!--/o:${key}-->`, list.parent), next);
    merge.fill(known, parse(html, list.parent));
    merge.move(list, known, next);
  },
  d(merge, list, [key]) {
    const item = childOf(list, key);
    if (item) merge.remove(runOf(item));
  },
  m: (merge, list, [key, before]) => merge.move(list, found(childOf(list, key)), itemOf(list, before)),
};
