/**
 * Form controls: what the server says of them is a default, until the user has said something else.
 *
 * The last server HTML holds controls that no user touches; theirs is what the server says, as a control reads it.
 *
 * @typedef {HTMLInputElement} Control   or a textarea: what is asked of it, both have
 * @typedef {"value" | "checked"} Property
 */

import { liveOf } from "./merge.js";

/** @type {(node: Node) => Control} */
const asControl = (node) => /** @type {Control} */ (node);

/** Where text is being composed, which a script must not disturb. */
let composing = /** @type {EventTarget | null} */ (null);
export function watchComposition() {
  document.addEventListener("compositionstart", ({ target }) => (composing = target));
  document.addEventListener("compositionend", () => (composing = null));
}

/**
 * @param {Element} element
 * @param {string} attribute
 * @returns {Property | undefined} what the user changes where the attribute says how it begins
 */
export function propertyOf(element, attribute) {
  const { localName, type } = /** @type {Control} */ (element);
  if (localName === "input" && attribute === "checked") return attribute;
  const text = localName === "input" && !/^(checkbox|radio|button|submit|reset|image|file)$/.test(type);
  return text && attribute === "value" ? attribute : undefined;
}

/**
 * Forget what a copied control has of its user.
 *
 * @param {Node} base
 */
export function toDefault(base) {
  const control = asControl(base);
  if (control.localName === "input") {
    control.checked = control.defaultChecked;
    if (propertyOf(control, "value")) control.value = control.defaultValue;
  }
  if (control.localName === "textarea") control.value = control.defaultValue;
}

/**
 * Give both controls what the server says now, the live one only where its user has said nothing.
 *
 * @param {Element} base
 * @param {Property} property
 * @param {() => void} change   of the default
 */
export function settle(base, property, change) {
  const [theirs, control] = [asControl(base), /** @type {Control | undefined} */ (liveOf(base))];
  const was = theirs[property];
  const mine = control?.[property];
  const chosen = control?.type === "radio" ? chosenOf(control) : undefined;
  change();
  toDefault(base);
  const next = theirs[property];
  if (!control) return;
  if ((mine === was && composing !== control && !chosen) || mine === next) {
    put(control, property, next);
    chosen && put(chosen, "checked", true);
    agree(control);
  } else {
    put(control, property, mine);
    chosen && put(chosen, "checked", true);
    dispute(control, next);
  }
}

/**
 * The button that the user has pushed in, of the same group.
 *
 * @param {Control} radio
 */
function chosenOf({ name, form, ownerDocument }) {
  const group = form ? form.elements : ownerDocument.getElementsByName(name);
  return [.../** @type {Iterable<Control>} */ (group)].find(
    (other) => other.name === name && other.type === "radio" && other.checked && !other.defaultChecked,
  );
}

/**
 * Where a caret is, it stays.
 *
 * @param {any} control
 * @param {Property} property
 * @param {any} value
 */
function put(control, property, value) {
  if (control[property] === value) return;
  const { selectionStart, selectionEnd } = control;
  control[property] = value;
  if (selectionStart !== null && control === document.activeElement) {
    control.setSelectionRange?.(selectionStart, selectionEnd);
  }
}

/** @type {HTMLSelectElement | null} whose options are being changed */
let changing = null;

/**
 * @param {Element} parent   whose options may change
 * @param {() => void} change
 */
export function keepChoice(parent, change) {
  const base = /** @type {HTMLSelectElement | null} */ (parent.closest?.("select"));
  const live = base && /** @type {HTMLSelectElement | undefined} */ (liveOf(base));
  if (!live || base === changing) return change();
  const [was, mine] = [choiceOf(base), choiceOf(live)];
  changing = base;
  try {
    change();
  } finally {
    changing = null;
  }
  const next = choiceOf(base);
  const untouched = String(mine) === String(was);
  choose(live, untouched ? next : mine);
  if (untouched || String(mine) === String(next)) agree(live);
  else if (String(was) !== String(next)) dispute(live, next);
}

/** @param {HTMLSelectElement} select */
const choiceOf = ({ selectedOptions }) => [...selectedOptions].map(({ value }) => value);

/**
 * @param {HTMLSelectElement} select
 * @param {string[]} values
 */
function choose({ options }, values) {
  for (const option of options) {
    const chosen = values.includes(option.value);
    if (option.selected !== chosen) option.selected = chosen;
  }
}

/** @param {Element} live */
const agree = (live) => live.classList.contains("onair-conflict") && live.classList.remove("onair-conflict");

/**
 * @param {Element} live
 * @param {unknown} server   what the server says, and the user does not
 */
export function dispute(live, server) {
  live.classList.add("onair-conflict");
  live.dispatchEvent(new CustomEvent("onair:conflict", { bubbles: true, detail: { server } }));
}
