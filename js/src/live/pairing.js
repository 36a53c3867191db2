/** Which nodes of the next HTML are which of the last: by key, by id, by content, and by place for the rest. */

import { endOf, isOwn, labelOf } from "./markers.js";

/**
 * What is kept, moved, added or removed as one: a node, or a block with its markers.
 *
 * @typedef {{ nodes: Node[], label?: string }} Unit
 * 
 * @typedef {object} Pairing
 * @property {Map<Unit, Unit>} pairs   units of the last by units of the next
 * @property {Set<Unit>} staying   units of the last that need no move
 * @property {boolean} keyed   whether these are items of a list
 */

const ELEMENT = 1;

/**
 * @param {Node} node
 * @returns {node is Element}
 */
export const isElement = (node) => node.nodeType === ELEMENT;

/**
 * @param {Node[]} nodes
 * @returns {Unit[]}
 */
export function unitsOf(nodes) {
  const units = [];
  for (let i = 0; i < nodes.length; i++) {
    const label = labelOf(nodes[i]);
    const end = label === undefined ? i : nodes.indexOf(/** @type {Node} */ (endOf(/** @type {Comment} */ (nodes[i]))), i);
    units.push(end > i ? { nodes: nodes.slice(i, end + 1), label } : { nodes: [nodes[i]] });
    i = Math.max(i, end);
  }
  return units;
}

/**
 * @param {Unit[]} last
 * @param {Unit[]} next
 * @returns {Pairing}
 */
export function pair(last, next) {
  /** @type {Pairing["pairs"]} */
  const pairs = new Map();
  /** @type {Pairing["staying"]} */
  const staying = new Set();
  const keep = (/** @type {Unit} */ one, /** @type {Unit} */ other) => {
    pairs.set(other, one);
    staying.add(one);
  };
  const keyed = isList([...last, ...next]);
  let from = 0;
  let [lasts, nexts] = [last.length, next.length];
  while (from < Math.min(lasts, nexts) && isSame(last[from], next[from])) keep(last[from], next[from++]);
  while (Math.min(lasts, nexts) > from && isSame(last[lasts - 1], next[nexts - 1])) keep(last[--lasts], next[--nexts]);
  last = last.slice(from, lasts);
  next = next.slice(from, nexts);

  const taken = new Set();
  for (const second of [false, true]) {
    /** @type {Map<string, Unit[]>} */
    const known = new Map();
    for (const unit of last) {
      const identity = !taken.has(unit) && identityOf(unit, keyed, second);
      if (!identity) continue;
      if (known.has(identity)) known.get(identity)?.push(unit);
      else known.set(identity, [unit]);
    }
    for (const unit of next) {
      const identity = !pairs.has(unit) && known.size && identityOf(unit, keyed, second);
      const found = identity && known.get(identity)?.shift();
      if (!found) continue;
      pairs.set(unit, found);
      taken.add(found);
    }
  }

  const places = new Map(last.map((unit, place) => [unit, place]));
  const matched = /** @type {Unit[]} */ (next.map((unit) => pairs.get(unit)).filter(Boolean));
  for (const place of longestRise(matched.map((unit) => /** @type {number} */ (places.get(unit))))) {
    staying.add(matched[place]);
  }
  pairByPlace(last, next, pairs, staying, taken);
  return { pairs, staying, keyed };
}

/**
 * What has no identity, texts above all, is the one of its kind between the same neighbours.
 *
 * @param {Unit[]} last
 * @param {Unit[]} next
 * @param {Pairing["pairs"]} pairs
 * @param {Pairing["staying"]} staying
 * @param {Set<Unit>} taken
 */
function pairByPlace(last, next, pairs, staying, taken) {
  let from = 0;
  for (const unit of next) {
    const known = pairs.get(unit);
    if (known) {
      if (staying.has(known)) from = last.indexOf(known, from) + 1;
      continue;
    }
    const kind = kindOf(unit);
    for (let i = from; kind && i < last.length && !staying.has(last[i]); i++) {
      if (taken.has(last[i]) || kindOf(last[i]) !== kind) continue;
      pairs.set(unit, last[i]);
      staying.add(last[i]);
      from = i + 1;
      break;
    }
  }
}

/**
 * @param {Unit} one
 * @param {Unit} other
 */
const isSame = ({ nodes }, { nodes: others }) =>
  nodes.length === others.length && nodes.every((node, i) => node.isEqualNode(others[i]));

/**
 * Items of a list are told by their keys alone. The other blocks are numbered, and a number says little: a block that
 * appears changes the numbers behind it.
 *
 * @param {Unit[]} units
 */
const isList = (units) =>
  units.every(({ nodes, label }) => (label === undefined ? !nodes[0].textContent?.trim() : label !== "0"));

/**
 * @param {Unit} unit
 * @param {boolean} keyed
 * @param {boolean} second   what it goes by when nothing had its first identity
 * @returns {string | undefined}
 */
function identityOf({ nodes, label }, keyed, second) {
  const [first] = nodes;
  if (label !== undefined) {
    if (second || keyed || isOwn(label)) return second && keyed ? undefined : "<" + label;
    return "=" + nodes.slice(1, -1).map(sourceOf).join("");
  }
  if (second || !isElement(first)) return undefined;
  return first.id ? `#${first.id} ${first.nodeName}` : "=" + first.outerHTML;
}

/** @param {Node} node */
const sourceOf = (node) => (isElement(node) ? node.outerHTML : node.nodeValue);

/** @param {Unit} unit */
function kindOf({ nodes: [first], label }) {
  if (label !== undefined) return undefined;
  if (!isElement(first)) return first.nodeName;
  if (first.id) return undefined;
  return [first.nodeName, first.getAttribute("name"), first.getAttribute("type")].join();
}

/**
 * The longest part of a row of numbers that rises: what may stay where it is while the rest moves.
 *
 * @param {number[]} numbers
 * @returns {number[]} places in the row
 */
export function longestRise(numbers) {
  /** @type {number[]} */
  const tails = []; // by length, the place where a rise of that length ends lowest
  /** @type {(number | undefined)[]} */
  const before = [];
  numbers.forEach((number, place) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[tails[middle]] < number) low = middle + 1;
      else high = middle;
    }
    before[place] = tails[low - 1];
    tails[low] = place;
  });
  const rise = [];
  for (let place = /** @type {number | undefined} */ (tails.pop()); place !== undefined; place = before[place]) {
    rise.push(place);
  }
  return rise;
}
