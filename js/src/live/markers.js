/**
 * Blocks: runs of sibling nodes between `<!--o:LABEL-->` and `<!--/o:LABEL-->`, and the elements that carry
 * `data-o="N"` for their attributes and text. A label is unique among the blocks that have the same parent block.
 *
 * @typedef {object} Block
 * @property {Node} parent   of both markers: the server writes what a parser would imply
 * @property {Comment | null} start   null with `end` for all of the parent's children
 * @property {Comment | null} end
 */

const COMMENT = 8;
const REGION = "r:";

/**
 * @param {Node} node
 * @returns {node is Comment}
 */
const isComment = (node) => node.nodeType === COMMENT;

/**
 * @param {Node} node
 * @returns {string | undefined} the label, if a block begins here
 */
export const labelOf = (node) => (isComment(node) && node.data.startsWith("o:") ? node.data.slice(2) : undefined);

/**
 * @param {string | undefined} label
 * @returns {string | undefined} the region's id, if the label is one's
 */
export const regionOf = (label) => (label?.startsWith(REGION) ? label.slice(REGION.length) : undefined);

/**
 * Whether a block is no business of the one around it: a region has updates of its own, and what is left out of a
 * region (`s:`) none at all.
 *
 * @param {string} label
 */
export const isOwn = (label) => /^[rs]:/.test(label);

/**
 * @param {Comment} start
 * @returns {Comment | null}
 */
export function endOf(start) {
  let depth = 0;
  for (let node = /** @type {Node | null} */ (start); node; node = node.nextSibling) {
    if (!isComment(node)) continue;
    if (node.data === start.data) depth++;
    else if (node.data === "/" + start.data && !--depth) return node;
  }
  return null;
}

/** @param {Node} parent */
export const allOf = (parent) => ({ parent, start: null, end: null });

/**
 * @param {Node | undefined} start
 * @returns {Block | undefined} nothing where a marker is missing
 */
export function blockAt(start) {
  const end = start && endOf(/** @type {Comment} */ (start));
  return end ? { parent: /** @type {Node} */ (end.parentNode), start: /** @type {Comment} */ (start), end } : undefined;
}

/**
 * @param {Block} block
 * @returns {Node[]} what lies between the markers
 */
export function inside({ parent, start, end }) {
  const nodes = [];
  for (let node = start ? start.nextSibling : parent.firstChild; node && node !== end; node = node.nextSibling) {
    nodes.push(node);
  }
  return nodes;
}

/** @param {Block} block */
export const runOf = (block) => /** @type {Node[]} */ ([block.start, ...inside(block), block.end]);

/**
 * The first node of a block that is accepted, without looking into blocks inside of it.
 *
 * @param {Block} block
 * @param {(node: Node) => unknown} accepts
 * @returns {Node | undefined}
 */
export function seek({ parent, start, end }, accepts) {
  for (let node = start ? start.nextSibling : parent.firstChild; node && node !== end; node = node.nextSibling) {
    if (accepts(node)) return node;
    const found = node.firstChild && seek(allOf(node), accepts);
    if (found) return found;
    if (labelOf(node) !== undefined) node = endOf(/** @type {Comment} */ (node)) ?? node;
  }
}

/**
 * @param {Block} block
 * @param {string | number} label
 */
export const childOf = (block, label) => blockAt(seek(block, (node) => labelOf(node) === String(label)));

/**
 * @param {Block} block
 * @param {string | number} number
 */
export const elementOf = (block, number) =>
  /** @type {Element | undefined} */ (
    seek(block, (node) =>
      /** @type {Element} */ (node).getAttribute?.("data-o")?.split(" ").includes(String(number)),
    )
  );

/**
 * @param {Node} root
 * @returns {Comment[]} where blocks begin
 */
export function starts(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) {
    if (labelOf(walker.currentNode) !== undefined) found.push(/** @type {Comment} */ (walker.currentNode));
  }
  return found;
}
