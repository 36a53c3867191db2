/** What is wrong in a form, said beside its fields, to the eye and to a screen reader. */

/** @type {WeakMap<HTMLFormElement, (() => void)[]>} how to take back what was said */
const shown = new WeakMap();

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string[]>} errors   by the field's name; "" is the whole form
 */
export function showErrors(form, errors) {
  for (const undo of shown.get(form) ?? []) undo();
  /** @type {HTMLElement | undefined} */
  let first;
  const undos = Object.entries(errors).map(([name, messages]) => {
    const list = document.createElement("ul");
    list.className = "errorlist";
    for (const message of messages) list.appendChild(document.createElement("li")).textContent = message;
    /** @type {HTMLElement | null} */
    const control = name ? form.querySelector(`[name=${CSS.escape(name)}]:not([type=hidden])`) : null;
    list.id = `${control?.id || name}_error`;
    if (!control) {
      list.role = "alert";
      form.prepend(list);
      return () => list.remove();
    }
    first ??= control;
    control.before(list);
    const described = control.getAttribute("aria-describedby") ?? "";
    control.setAttribute("aria-describedby", `${described} ${list.id}`);
    control.setAttribute("aria-invalid", "true");
    return () => {
      list.remove();
      control.setAttribute("aria-describedby", described);
      control.removeAttribute("aria-invalid");
    };
  });
  shown.set(form, undos);
  first?.focus();
}
