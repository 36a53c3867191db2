/**
 * The three-way merge of the last server HTML, the next one, and the live page.
 *
 * The last HTML is a tree of nodes of its own, and of each of them it is known which live node it became. Where last
 * and next are equal nothing is touched, whatever the user or other scripts have done there; so a real change of the
 * server is all that is ever written, and nodes that others have added are nobody's to remove.
 */

import { dispute, keepChoice, propertyOf, settle, toDefault } from "./controls.js";
import { move, neighbours } from "./focus.js";
import { inertDocument } from "./html.js";
import { allOf, inside, isOwn, labelOf, runOf } from "./markers.js";
import { isElement, pair, unitsOf } from "./pairing.js";

/** @typedef {import("./markers.js").Block} Block */
/** @typedef {import("./pairing.js").Unit} Unit */

/** What a list has where it has no items. */
const NOTHING = "=00";

/** @type {WeakMap<Node, any>} live nodes by nodes of the last server HTML */
const twins = new WeakMap();

/**
 * @param {Node} base
 * @returns {any} its live node; none where a script has replaced what was there
 */
export const liveOf = (base) => twins.get(base);

/**
 * @param {Node} base
 * @param {Node} live   its copy, or what it is a copy of
 */
export function twin(base, live) {
  twins.set(base, live);
  if (isElement(base)) toDefault(base);
  for (let [one, other] = [base.firstChild, live.firstChild]; one && other; ) {
    twin(one, other);
    [one, other] = [one.nextSibling, other.nextSibling];
  }
}

/** What one update did to the page. */
export class Outcome {
  constructor() {
    /** @type {Set<Element>} */
    this.changed = new Set();
    /** @type {Node[][]} live nodes of each item that is new */
    this.added = [];
    /** @type {Node[]} all that is new, in the server HTML */
    this._grafts = [];
    /** @type {(Element | null)[]} where the focus may go when what had it has gone */
    this._beside = [];
  }
}

/** The update that is being made; there is never more than one. */
let outcome = new Outcome();

export const begin = () => (outcome = new Outcome());

/**
 * Give a block what the server has in it now.
 *
 * @param {Block} block
 * @param {Node[]} nodes   inert, and nobody else's
 */
export function fill(block, nodes) {
  const fitting = fit(block, nodes);
  keepChoice(fitting.parent, () => fillIn(fitting, nodes));
}

/**
 * @param {Block} block
 * @param {Node[]} nodes
 */
function fillIn(block, nodes) {
  const [last, next] = [unitsOf(inside(block)), unitsOf(nodes)];
  const { pairs, staying, keyed } = pair(last, next);
  const kept = new Set(pairs.values());
  for (const unit of last) if (!kept.has(unit)) remove(unit.nodes);
  let previous = /** @type {Node | null} */ (block.start);
  for (const unit of next) {
    const known = pairs.get(unit);
    if (!known) graft(block.parent, unit.nodes, previous, keyed);
    else if (!staying.has(known)) place(block.parent, known.nodes, previous);
    if (known) update(known, unit);
    previous = lastOf((known ?? unit).nodes);
  }
}

/**
 * @param {Unit} last
 * @param {Unit} next
 */
function update({ nodes, label }, { nodes: others }) {
  const [base, next] = [nodes[0], others[0]];
  if (isElement(base)) return base.isEqualNode(next) || updateElement(base, /** @type {Element} */ (next));
  write(base, next.nodeValue);
  if (label === undefined) return;
  const end = lastOf(nodes);
  write(end, "/" + next.nodeValue);
  const block = /** @type {Block} */ (/** @type {unknown} */ ({ parent: base.parentNode, start: base, end }));
  if (!isOwn(label)) fillIn(block, others.slice(1, -1));
}

/**
 * @param {Element} base
 * @param {Element} next
 */
function updateElement(base, next) {
  for (const name of new Set([...base.getAttributeNames(), ...next.getAttributeNames()])) {
    setAttribute(base, name, next.getAttributeNode(name));
  }
  const [live, text] = [liveOf(base), /** @type {string} */ (next.textContent)];
  if (base.localName === "textarea") return setText(base, text);
  // What its user has edited stays.
  if (!live || !base.hasAttribute("contenteditable") || live.textContent === base.textContent) {
    return fill(allOf(base), [...next.childNodes]);
  }
  if (base.textContent === text) return;
  base.replaceChildren(...next.childNodes);
  dispute(live, text);
}

/**
 * @param {Element} base
 * @param {string} name
 * @param {Attr | null} next
 */
export function setAttribute(base, name, next) {
  const last = base.getAttribute(name);
  if (last === (next?.value ?? null)) return;
  const live = liveOf(base);
  const set = (/** @type {Element} */ element) => {
    // Any name, and with its namespace.
    if (next) element.setAttributeNode(/** @type {Attr} */ (next.cloneNode()));
    else element.removeAttribute(name);
  };
  const change = () => {
    set(base);
    if (!live) return;
    outcome.changed.add(live);
    if (name === "class") mergeClasses(live, last, next);
    else if (name !== "open" || live.getAttribute(name) === last) set(live);
  };
  const property = propertyOf(base, name);
  if (property) settle(base, property, change);
  else keepChoice(base, change);
}

/**
 * @param {Element} base   which has nothing but text
 * @param {string} text
 */
export function setText(base, text) {
  if (base.textContent === text) return;
  const live = liveOf(base);
  const isArea = base.localName === "textarea";
  const change = () => {
    base.textContent = text;
    if (!live) return;
    live[isArea ? "defaultValue" : "textContent"] = text;
    outcome.changed.add(live);
  };
  if (isArea) settle(base, "value", change);
  else change();
}

/**
 * @param {Node} base   a text or a comment
 * @param {string | null} text
 */
function write(base, text) {
  const last = base.nodeValue;
  if (last === text) return;
  base.nodeValue = text;
  const live = liveOf(base);
  if (!live) return;
  if (live.data === last) replaceData(live, text ?? "");
  else live.data = text;
  if (labelOf(live) === undefined && live.parentElement) outcome.changed.add(live.parentElement);
}

/**
 * Add an item to a list.
 *
 * @param {Block} list
 * @param {Node[]} nodes   with its markers
 * @param {Block | undefined} before   the item that it comes before; behind all without it
 */
export function insert(list, nodes, before) {
  const { parent, end } = fit(list, nodes);
  keepChoice(parent, () => graft(parent, nodes, beforeOf(before?.start ?? end), true));
}

/**
 * @param {Block} list
 * @param {Block} item
 * @param {Block | undefined} before
 */
export function moveItem(list, item, before) {
  const previous = beforeOf(before?.start ?? list.end);
  const nodes = runOf(item);
  if (previous && !nodes.includes(previous)) place(item.parent, nodes, previous);
}

/** @param {Node | null} marker */
const beforeOf = (marker) => /** @type {Node} */ (marker).previousSibling;

/** @param {Node[]} nodes */
export function remove(nodes) {
  const lives = liveRun(nodes);
  if (lives.some((live) => live.contains(document.activeElement))) outcome._beside.push(...neighbours(lives));
  for (const node of [...lives, ...nodes]) {
    if (node.parentElement?.isConnected) outcome.changed.add(node.parentElement);
    node.parentNode?.removeChild(node);
  }
}

/**
 * @param {Node} parent
 * @param {Node[]} nodes
 * @param {Node | null} previous
 * @param {boolean} isItem
 */
function graft(parent, nodes, previous, isItem) {
  const lives = nodes.map((node) => document.importNode(node, true));
  lives.forEach((live, i) => twin(nodes[i], live));
  outcome._grafts.push(...nodes);
  if (isItem && ![undefined, NOTHING].includes(labelOf(nodes[0]))) outcome.added.push(lives);
  for (const live of lives) if (isElement(live)) outcome.changed.add(live);
  place(parent, nodes, previous, lives);
}

/**
 * Put nodes behind another one, or first.
 *
 * @param {Node} parent
 * @param {Node[]} nodes
 * @param {Node | null} previous
 * @param {Node[]} [lives]
 */
function place(parent, nodes, previous, lives = liveRun(nodes)) {
  const liveParent = liveOf(parent);
  let anchor = previous;
  while (anchor && liveOf(anchor)?.parentNode !== liveParent) anchor = anchor.previousSibling;
  let before = anchor ? liveOf(anchor).nextSibling : liveParent?.firstChild;
  while (lives.includes(before)) before = before.nextSibling;
  if (liveParent) move(liveParent, lives, before);
  for (const node of nodes) {
    parent.insertBefore(node, previous ? previous.nextSibling : parent.firstChild);
    previous = node;
  }
}

/**
 * What stands for these nodes in the page, with what others have put between them.
 *
 * @param {Node[]} nodes
 * @returns {Node[]}
 */
export function liveRun(nodes) {
  const lives = nodes.map(liveOf).filter((live) => live?.parentNode);
  const between = [];
  let node = lives[0];
  for (; node && node !== lastOf(lives); node = node.nextSibling) between.push(node);
  return [...new Set([...(node ? between : []), ...lives])];
}

/**
 * Rows that come into a table without a body get one, as the parser gives it to them.
 *
 * @param {Block} block
 * @param {Node[]} nodes
 * @returns {Block & { parent: Element }}
 */
function fit(block, nodes) {
  const { parent, start, end } = block;
  if (!start || !end || parent.nodeName !== "TABLE" || !nodes.some(({ nodeName }) => nodeName === "TR")) {
    return /** @type {any} */ (block);
  }
  const rest = inside(block);
  const body = inertDocument().createElement("tbody");
  graft(parent, [body], start.previousSibling, false);
  for (const of of [(/** @type {Node} */ node) => node, liveOf]) of(body).append(of(start), ...rest.map(of), of(end));
  return { parent: body, start, end };
}

/**
 * @template T
 * @param {T[]} nodes
 */
const lastOf = (nodes) => nodes[nodes.length - 1];

/**
 * Classes that scripts have added stay, and those that they have taken away stay away.
 *
 * @param {Element} live
 * @param {string | null} last
 * @param {Attr | null} next
 */
function mergeClasses({ classList }, last, next) {
  const [before, after] = [last, next?.value].map((names) => /** @type {string[]} */ (names?.match(/\S+/g) ?? []));
  classList.remove(...before.filter((name) => !after.includes(name)));
  classList.add(...after.filter((name) => !before.includes(name)));
}

/**
 * Write only what differs, so that a selection around it holds.
 *
 * @param {CharacterData} live
 * @param {string} text
 */
function replaceData(live, text) {
  const last = live.data;
  let [from, end, other] = [0, last.length, text.length];
  while (from < Math.min(end, other) && last[from] === text[from]) from++;
  while (Math.min(end, other) > from && last[end - 1] === text[other - 1]) end--, other--;
  live.replaceData(from, end - from, text.slice(from, other));
}
