/** Where the user is: kept when nodes are moved, and near it when they go. */

const FOCUSABLE = "a[href],button:enabled,input:enabled,select:enabled,textarea:enabled,summary,[tabindex]";

/**
 * Move nodes without unloading what is in them. A browser that cannot is given back the focus, the selection and
 * what was scrolled.
 *
 * @param {Node} parent
 * @param {Node[]} nodes
 * @param {Node | null} before
 */
export function move(parent, nodes, before) {
  const restore = "moveBefore" in parent ? null : remember(nodes);
  for (const node of nodes) {
    try {
      /** @type {any} */ (parent).moveBefore(node, before);
    } catch {
      parent.insertBefore(node, before); // also where a node comes from outside of the page
    }
  }
  restore?.();
}

/** @param {Node[]} nodes */
function remember(nodes) {
  const active = /** @type {any} */ (document.activeElement);
  const { anchorNode, anchorOffset, focusNode, focusOffset } = /** @type {Selection} */ (document.getSelection());
  const holds = (/** @type {Node | null} */ one) => nodes.some((node) => node.contains(one));
  const [focused, selected] = [holds(active), holds(anchorNode) || holds(focusNode)];
  const { selectionStart, selectionEnd, selectionDirection } = active ?? {};
  const scrolled = nodes
    .flatMap((node) => [node, .../** @type {any} */ (node).querySelectorAll?.("*") ?? []])
    .map((/** @type {Element} */ element) => ({ element, top: element.scrollTop, left: element.scrollLeft }))
    .filter(({ top, left }) => top || left);
  return () => {
    for (const { element, top, left } of scrolled) element.scrollTo(left, top);
    if (selected && anchorNode && focusNode) {
      document.getSelection()?.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
    }
    if (!focused) return;
    active.focus({ preventScroll: true });
    if (selectionStart != null) active.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
  };
}

/**
 * Elements beside nodes that are about to go, the nearest first and those behind them before all.
 *
 * @param {Node[]} nodes
 */
export function neighbours(nodes) {
  const beside = [];
  for (let node = /** @type {any} */ (nodes[nodes.length - 1]); (node = node.nextSibling); ) beside.push(node);
  for (let node = /** @type {any} */ (nodes[0]); (node = node.previousSibling); ) beside.push(node);
  return [...beside.filter((node) => node.localName), nodes[0].parentElement];
}

/**
 * Focus what is like the element that has gone, in the first of these that has anything.
 *
 * @param {Element} gone
 * @param {(Element | null)[]} places
 */
export function focusNear(gone, places) {
  for (const place of places) {
    if (!place?.isConnected) continue;
    for (const selector of [gone.localName, "*"]) {
      const found = [place, ...place.querySelectorAll(selector)].find(
        (element) => element.matches(selector) && element.matches(FOCUSABLE),
      );
      if (!found) continue;
      /** @type {HTMLElement} */ (found).focus({ preventScroll: true });
      return;
    }
  }
}
