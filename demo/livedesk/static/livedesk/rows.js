// The rows of the board: what is in the database, as far as this page has heard.

const live = document.getElementById("live");
const list = document.getElementById("rows");
const template = document.getElementById("row");

const find = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);

/** The addresses of the API: of all rows, or of one. */
export const address = (id) => (id === undefined ? live.dataset.api : `${live.dataset.api}${id}/`);

/** Shows a row as it is now, on top where it is new. */
export function show(object) {
  const row = find(object.id) ?? template.content.firstElementChild.cloneNode(true);
  row.dataset.id = object.id;
  for (const field of row.querySelectorAll("[data-field]")) {
    const value = object[field.dataset.field];
    if (value !== undefined) field.textContent = Array.isArray(value) ? value.join(", ") : value;
  }
  if (!row.isConnected) list.prepend(row);
  // Again from the start, where the row is still being pointed out.
  row.classList.remove("fresh");
  void row.offsetWidth;
  row.classList.add("fresh");
}

export function remove(id) {
  find(id)?.remove();
}

/** Reads from the API what has become of the rows with these ids, or of all. Returns those that are there. */
export async function read(ids = null) {
  const response = await fetch(address(), { headers: { Accept: "application/json" } });
  if (!response.ok) return [];
  const all = await response.json();
  if (ids === null) list.replaceChildren();
  else ids.forEach(remove);
  const known = ids === null ? all : all.filter(({ id }) => ids.includes(id));
  known.forEach(show);
  return known;
}

/** Finds the row that is highest on the page, of those that were last written in one of these ways. */
export function topmost(...ways) {
  const rows = [...list.children];
  return rows.find((row) => ways.length === 0 || ways.includes(row.querySelector("[data-field=way]").textContent));
}
