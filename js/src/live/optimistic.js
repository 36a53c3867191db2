/** What the page shows before its view has answered: `data-onair-optimistic="remove|disable|text:…"`. */

/** What each word does, with what follows its colon; each returns how to take it back. */
const WORDS = {
  /** @type {(element: any, selector: string) => () => void} */
  remove(element, selector) {
    const gone = selector ? element.closest(selector) : element;
    gone.hidden = true;
    return () => (gone.hidden = false);
  },
  /** @type {(element: any) => () => void} */
  disable(element) {
    element.disabled = true;
    return () => (element.disabled = false);
  },
  /** @type {(element: any, text: string) => () => void} */
  text(element, text) {
    const before = [...element.childNodes];
    element.replaceChildren(text);
    return () => element.replaceChildren(...before);
  },
};

/**
 * Show what an element promises, and that it is busy.
 *
 * @param {HTMLElement} actor   the button that was pressed, or what the event came from
 * @returns {(failed: boolean) => void} what to call with the answer: what was removed stays away unless it failed
 */
export function promise(actor) {
  const [word, ...rest] = (actor.dataset.onairOptimistic ?? "").split(":");
  const focused = document.activeElement;
  const undo = WORDS[/** @type {keyof typeof WORDS} */ (word)]?.(actor, rest.join(":"));
  actor.ariaBusy = "true";
  return (failed) => {
    actor.ariaBusy = null;
    if (failed || word !== "remove") undo?.();
    // A button that is disabled loses the focus.
    if (focused === actor && document.activeElement === document.body) actor.focus();
  };
}
