/** What the client's own elements need to look like: a sheet of its own, which no policy of the site forbids. */

const RULES =
  "[data-onair-held],[data-onair-self]{display:none!important}" +
  ".onair-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}";

let added = false;

export function addStyles() {
  if (added) return;
  added = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(RULES);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/**
 * @param {string} role
 * @returns {HTMLElement} an element that is only heard
 */
export function createHidden(role) {
  addStyles();
  const element = document.createElement("div");
  element.className = "onair-hidden";
  element.setAttribute("role", role);
  return document.body.appendChild(element);
}
