/** Where onair.js and onair-page.js meet: names that both know, so that none of them is shortened. */

/**
 * What onair-page.js gets of onair.js.
 *
 * @typedef {object} Live
 * @property {import("../client.js").OnAir} onair
 * @property {any} [told]   what the page is told: nothing where it is not live
 * @property {import("./regions.js").Regions} [regions]
 * @property {string} csrfHeader
 * @property {typeof import("./html.js").parse} parse
 * @property {typeof import("./apply.js").startOf} startOf
 * @property {boolean} [taken]   whether onair-page.js has come
 */

/** Under this it is a property of the window, which no name of a site's own can be. */
export const LIVE = Symbol.for("onair.live");

/** The event of `document` that says that it is there. */
export const MET = "onair:live";
