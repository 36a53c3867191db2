/** Says to a screen reader what a region asks to be said, and never more than that. */

import { createHidden } from "./styles.js";

/** Milliseconds between two announcements, at least. */
const PAUSE = 3_000;

export class Announcer {
  constructor() {
    this._element = createHidden("status"); // before there is anything to say: what comes with its words is not heard
    /** @type {Map<string, number>} how many items are new, by what is said of them */
    this._counts = new Map();
    this._timer = 0;
  }

  /**
   * @param {string | undefined} text   with {n} for the number of new items
   * @param {import("./merge.js").Outcome} merge
   */
  count(text, { added, changed }) {
    if (!text) return;
    const isCounted = text.includes("{n}");
    if (!(isCounted ? added.length : changed.size)) return;
    this._counts.set(text, (this._counts.get(text) ?? 0) + added.length);
    this._timer ||= setTimeout(() => this._say());
  }

  _say() {
    this._timer = 0;
    if (!this._counts.size) return;
    const said = [...this._counts].map(([text, n]) => text.replace("{n}", String(n))).join(" ");
    // The same words are only heard again where something about them is different.
    this._element.textContent = said === this._element.textContent ? said + "\u00a0" : said;
    this._counts.clear();
    this._timer = setTimeout(() => this._say(), PAUSE);
  }
}
