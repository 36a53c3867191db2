/** What a handler is told of the page: the values of the elements that it names, as fields of its POST. */

/** @typedef {Omit<HTMLInputElement & HTMLSelectElement, "type"> & { type: string }} Control */
/** @typedef {Record<string, string | string[] | Record<string, string>>} Gather   selectors by keyword */

/**
 * @param {FormData} body   gets the fields
 * @param {Gather} gather
 * @param {Element} element   what the event came from
 */
export function addGathered(body, gather, element) {
  for (const [keyword, told] of Object.entries(gather)) {
    if (Array.isArray(told)) add(body, keyword, find(told[0], element).flatMap(valuesOf));
    else if (typeof told === "string") addOne(body, keyword, find(told, element));
    else for (const key in told) addOne(body, `${keyword}.${key}`, find(told[key], element));
  }
}

/**
 * @param {string} selector
 * @param {Element} element
 * @returns {Control[]}
 */
function find(selector, element) {
  const root = selector.startsWith(":scope") ? element : document;
  return /** @type {any} */ (selector === "this" ? [element] : [...root.querySelectorAll(selector)]);
}

/**
 * What is no text is said so.
 *
 * @param {FormData} body
 * @param {string} name
 * @param {Control[]} controls
 */
function addOne(body, name, controls) {
  const [first] = controls;
  if (!first) return;
  const isList = first.multiple || /]$/.test(first.name);
  if (isList || first.type === "checkbox") body.append(name + ":as", isList ? "list" : String(first.checked));
  add(body, name, (isList || first.type === "radio" ? controls : [first]).flatMap(valuesOf));
}

/**
 * @param {FormData} body
 * @param {string} name
 * @param {(string | File)[]} values
 */
function add(body, name, values) {
  for (const value of values) body.append(name, value);
}

/**
 * @param {Control} control
 * @returns {(string | File)[]}
 */
function valuesOf({ checked, dataset, files, selectedOptions, textContent, type, value }) {
  const many = files ?? selectedOptions;
  if (many) return Array.from(/** @type {Iterable<any>} */ (many), (one) => one.value ?? one);
  if (/^(checkbox|radio)$/.test(type) && !checked) return [];
  // The numbers of list items and meters are not their content.
  return [typeof value === "string" ? value : (dataset.value ?? textContent.trim())];
}
