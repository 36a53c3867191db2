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
import { allOf, inside, isOwn, runOf } from "./markers.js";
import { isElement, isText, pair, unitsOf } from "./pairing.js";

/** @typedef {import("./markers.js").Block} Block */
/** @typedef {import("./pairing.js").Unit} Unit */
/** @typedef {WeakMap<Node, Node>} Twins   live nodes by nodes of the last server HTML */

/**
 * @param {Node} base
 * @param {Node} live   its copy, or what it is a copy of
 * @param {Twins} twins
 */
export function twin(base, live, twins) {
  twins.set(base, live);
  if (isElement(base)) toDefault(base);
  for (let [one, other] = [base.firstChild, live.firstChild]; one && other; ) {
    twin(one, other, twins);
    [one, other] = [one.nextSibling, other.nextSibling];
  }
}

/** One update of the page. */
export class Merge {
  /** @param {Twins} twins */
  constructor(twins) {
    this._twins = twins;
    /** @type {Set<Element>} */
    this.changed = new Set();
    /** @type {Node[][]} live nodes of each item that is new */
    this.added = [];
    /** @type {Node[]} all that is new, in the server HTML */
    this.grafts = [];
    /** @type {(Element | null)[]} where the focus may go when what had it has gone */
    this.beside = [];
  }

  /**
   * @param {Node} base
   * @returns {any} its live node; none where a script has replaced what was there
   */
  _live(base) {
    return this._twins.get(base);
  }

  /**
   * Give a block what the server has in it now.
   *
   * @param {Block} block
   * @param {Node[]} nodes   inert, and nobody else's
   */
  fill(block, nodes) {
    const fitting = this._fit(block, nodes);
    keepChoice(fitting.parent, (base) => this._live(base), () => this._fill(fitting, nodes));
  }

  /**
   * @param {Block} block
   * @param {Node[]} nodes
   */
  _fill(block, nodes) {
    const [last, next] = [unitsOf(inside(block)), unitsOf(nodes)];
    const { pairs, staying, keyed } = pair(last, next);
    const kept = new Set(pairs.values());
    for (const unit of last) if (!kept.has(unit)) this.remove(unit.nodes);
    let previous = /** @type {Node | null} */ (block.start);
    for (const unit of next) {
      const known = pairs.get(unit);
      if (!known) this._graft(block.parent, unit, previous, keyed);
      else if (!staying.has(known)) this._place(block.parent, known.nodes, previous);
      if (known) this._update(known, unit);
      previous = lastOf((known ?? unit).nodes);
    }
  }

  /**
   * @param {Unit} last
   * @param {Unit} next
   */
  _update({ nodes, label }, { nodes: others }) {
    const [base, next] = [nodes[0], others[0]];
    if (label !== undefined) {
      const end = lastOf(nodes);
      this._write(base, next.nodeValue);
      this._write(end, "/" + next.nodeValue);
      if (isOwn(label)) return;
      const block = { parent: /** @type {Node} */ (base.parentNode), start: base, end };
      this._fill(/** @type {Block} */ (block), others.slice(1, -1));
    } else if (!isElement(base)) {
      this._write(base, next.nodeValue);
    } else if (!base.isEqualNode(next)) {
      this._element(base, /** @type {Element} */ (next));
    }
  }

  /**
   * @param {Element} base
   * @param {Element} next
   */
  _element(base, next) {
    for (const name of new Set([...base.getAttributeNames(), ...next.getAttributeNames()])) {
      this.attribute(base, name, next.getAttributeNode(name));
    }
    if (base.localName === "textarea") this.text(base, /** @type {string} */ (next.textContent));
    else if (this._isEdited(base)) this._leave(base, next);
    else this.fill(allOf(base), [...next.childNodes]);
  }

  /** @param {Element} base */
  _isEdited(base) {
    const live = this._live(base);
    return base.hasAttribute("contenteditable") && live && live.innerText !== undefined && live.textContent !== base.textContent;
  }

  /**
   * @param {Element} base
   * @param {Element} next
   */
  _leave(base, next) {
    if (base.textContent === next.textContent) return;
    base.replaceChildren(...next.childNodes);
    dispute(this._live(base), next.textContent);
  }

  /**
   * @param {Element} base
   * @param {string} name
   * @param {Attr | null} next
   */
  attribute(base, name, next) {
    const last = base.getAttribute(name);
    if (last === (next?.value ?? null)) return;
    const live = this._live(base);
    if (live) this.changed.add(live);
    const write = () => {
      setAttribute(base, name, next);
      if (!live) return;
      if (name === "class") mergeClasses(live, last, next);
      else if (name !== "open" || live.getAttribute(name) === last) setAttribute(live, name, next);
    };
    const property = propertyOf(base, name);
    if (property) settle(base, live, property, write);
    else if (name === "selected") keepChoice(base, (select) => this._live(select), write);
    else write();
  }

  /**
   * The text of an element that has nothing else.
   *
   * @param {Element} base
   * @param {string} text
   */
  text(base, text) {
    const live = this._live(base);
    const write = () => {
      base.textContent = text;
      if (live) live[base.localName === "textarea" ? "defaultValue" : "textContent"] = text;
    };
    if (base.textContent === text) return;
    if (live) this.changed.add(live);
    if (base.localName === "textarea") settle(base, live, "value", write);
    else write();
  }

  /**
   * @param {Node} base
   * @param {string | null} text
   */
  _write(base, text) {
    const last = base.nodeValue;
    if (last === text) return;
    base.nodeValue = text;
    const live = this._live(base);
    if (!live) return;
    if (isText(live) && live.data === last) replaceText(live, /** @type {string} */ (text));
    else live.nodeValue = text;
    if (isText(live) && live.parentElement) this.changed.add(live.parentElement);
  }

  /**
   * Add an item to a list, or give the one with its key what it has now.
   *
   * @param {Block} list
   * @param {Node[]} nodes   with its markers
   * @param {Block | undefined} before   the item that it comes before; behind all without it
   */
  insert(list, nodes, before) {
    const { parent, end } = this._fit(list, nodes);
    const change = () => this._graft(parent, { nodes }, (before?.start ?? /** @type {Node} */ (end)).previousSibling, true);
    keepChoice(parent, (base) => this._live(base), change);
  }

  /**
   * @param {Block} list
   * @param {Block} item
   * @param {Block | undefined} before
   */
  move(list, item, before) {
    const previous = (before?.start ?? /** @type {Node} */ (list.end)).previousSibling;
    const nodes = runOf(item);
    if (previous && !nodes.includes(previous)) this._place(item.parent, nodes, previous);
  }

  /** @param {Node[]} nodes */
  remove(nodes) {
    const lives = this.run(nodes);
    if (lives.some((live) => live.contains(document.activeElement))) this.beside.push(...neighbours(lives));
    for (const live of lives) {
      if (live.parentElement) this.changed.add(live.parentElement);
      live.parentNode?.removeChild(live);
    }
    for (const node of nodes) node.parentNode?.removeChild(node);
  }

  /**
   * @param {Node} parent
   * @param {Unit} unit
   * @param {Node | null} previous
   * @param {boolean} isItem
   */
  _graft(parent, { nodes }, previous, isItem) {
    const lives = nodes.map((node) => document.importNode(node, true));
    lives.forEach((live, i) => twin(nodes[i], live, this._twins));
    this.grafts.push(...nodes);
    if (isItem && lives.length > 1) this.added.push(lives);
    for (const live of lives) if (isElement(live)) this.changed.add(live);
    this._place(parent, nodes, previous, lives);
  }

  /**
   * Put nodes behind another one, or first.
   *
   * @param {Node} parent
   * @param {Node[]} nodes
   * @param {Node | null} previous
   * @param {Node[]} [lives]
   */
  _place(parent, nodes, previous, lives = this.run(nodes)) {
    const liveParent = this._live(parent);
    let anchor = previous;
    while (anchor && this._live(anchor)?.parentNode !== liveParent) anchor = anchor.previousSibling;
    let before = anchor ? this._live(anchor).nextSibling : liveParent?.firstChild;
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
  run(nodes) {
    const lives = nodes.map((node) => this._live(node)).filter((live) => live?.parentNode);
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
  _fit(block, nodes) {
    const { parent, start, end } = block;
    if (!start || !end || parent.nodeName !== "TABLE" || !nodes.some(({ nodeName }) => nodeName === "TR")) {
      return /** @type {any} */ (block);
    }
    const inner = inside(block);
    let body = /** @type {Element | undefined} */ (inner.find(({ nodeName }) => nodeName === "TBODY"));
    if (!body) {
      body = inertDocument().createElement("tbody");
      this._graft(parent, { nodes: [body] }, start.previousSibling, false);
    }
    const rest = inner.filter((node) => node !== body);
    for (const of of [(/** @type {Node} */ node) => node, (/** @type {Node} */ node) => this._live(node)]) {
      of(body)?.prepend(of(start));
      of(body)?.append(...rest.map(of), of(end));
    }
    return { parent: body, start, end };
  }
}

/** @param {Node[]} nodes */
const lastOf = (nodes) => nodes[nodes.length - 1];

/**
 * @param {Element} element
 * @param {string} name
 * @param {Attr | null} next
 */
function setAttribute(element, name, next) {
  if (next) element.setAttributeNode(/** @type {Attr} */ (next.cloneNode())); // any name, and with its namespace
  else element.removeAttribute(name);
}

/**
 * Classes that scripts have added stay, and those that they have taken away stay away.
 *
 * @param {Element} live
 * @param {string | null} last
 * @param {Attr | null} next
 */
function mergeClasses({ classList }, last, next) {
  const [before, after] = [last, next?.value].map((names) => (names ?? "").split(/\s+/).filter(Boolean));
  classList.remove(...before.filter((name) => !after.includes(name)));
  classList.add(...after.filter((name) => !before.includes(name)));
}

/**
 * Write only what differs, so that a selection around it holds.
 *
 * @param {Text} live
 * @param {string} text
 */
function replaceText(live, text) {
  const last = live.data;
  let [from, end, other] = [0, last.length, text.length];
  while (from < Math.min(end, other) && last[from] === text[from]) from++;
  while (Math.min(end, other) > from && last[end - 1] === text[other - 1]) end--, other--;
  live.replaceData(from, end - from, text.slice(from, other));
}
