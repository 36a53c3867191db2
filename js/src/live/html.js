/** HTML of the server as nodes: inert, nothing in it loads or runs. */

/** @typedef {{ createHTML(html: string): string }} Policy */

/** @type {Policy | undefined} */
let policy;

/**
 * For pages that require Trusted Types: their policy has to name "onair".
 *
 * @param {string} html
 */
function trusted(html) {
  const rules = { createHTML: (/** @type {string} */ text) => text };
  policy ??= /** @type {Policy} */ (/** @type {any} */ (globalThis).trustedTypes?.createPolicy("onair", rules) ?? rules);
  return policy.createHTML(html);
}

/**
 * A part of a page, as the parser would read it inside of that element.
 *
 * @param {string} html
 * @param {Node} [parent]
 * @returns {Node[]}
 */
export function parse(html, parent) {
  const template = document.createElement("template");
  const root = foreign(/** @type {Element | undefined} */ (parent));
  template.innerHTML = trusted(root ? `<${root}>${html}</${root}>` : html);
  return [...(root ? /** @type {Node} */ (template.content.firstChild) : template.content).childNodes];
}

/**
 * A whole page.
 *
 * @param {string} html
 * @returns {Node[]}
 */
export const parsePage = (html) => [
  new DOMParser().parseFromString(trusted(html), "text/html").documentElement,
];

/** A document without a window: images in it are not fetched, elements not upgraded. */
export const inertDocument = () => document.createElement("template").content.ownerDocument;

/**
 * The root that HTML needs around it to be read as SVG or MathML.
 *
 * @param {Element} [parent]
 */
function foreign({ namespaceURI = "", localName = "" } = /** @type {any} */ ({})) {
  if (/^(foreignObject|title|desc)$/.test(localName)) return "";
  return /svg$/.test(namespaceURI ?? "") ? "svg" : /MathML$/.test(namespaceURI ?? "") ? "math" : "";
}
