/** Short messages for the page's visitor, in the container of {% onair_toasts %}. */

/** How long one stays, in milliseconds; a click takes it away. */
const STAYS = 8_000;

/** @returns {HTMLElement | null} */
const container = () => document.querySelector("[data-onair-toasts]");

/**
 * @param {string} text
 * @param {string} level   info, success, warning or error
 */
export function toast(text, level) {
  const line = document.createElement("p");
  line.className = `onair-toast onair-${level}`;
  if (level === "error") line.role = "alert";
  line.textContent = text;
  const end = () => line.remove();
  line.addEventListener("click", end);
  setTimeout(end, STAYS);
  container()?.append(line);
}

/**
 * Show what onair.toast() sends to the visitor, if the page has a place for it and the visitor has logged in.
 *
 * @param {import("../client.js").OnAir} onair
 */
export function hearToasts(onair) {
  if (container()?.dataset.onairToasts !== "user") return;
  onair.user.bind("onair:toast", (/** @type {any} */ { text, level }) => toast(text, level));
  onair.signin();
}
