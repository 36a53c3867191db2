/** The regions of the page: each follows a channel of its own, and knows which version of itself is on the page. */

import { Site } from "../site.js";
import { Lost, apply, blank, has, mirror, parentOf, present, replace } from "./apply.js";

/**
 * What the page says of a region.
 *
 * @typedef {{ v: string, announce?: string, mode?: string, pause?: boolean }} Told
 */

/**
 * What the server says of a region: operations that lead from one version to the next, all of it, or what to do.
 *
 * @typedef {object} Patch
 * @property {string} [r]
 * @property {string} [p]   the version before
 * @property {string} [v]   the version behind
 * @property {import("./apply.js").Operation[]} [ops]
 * @property {string} [html]
 * @property {boolean} [stale]   fetch it
 * @property {boolean} [again]   ask anew whether it may be seen
 * @property {boolean} [denied]   it may not be seen any more
 * @property {boolean} [gone]   the page has none any more
 */

/**
 * @typedef {object} Region
 * @property {string} id
 * @property {string} v
 * @property {Patch[]} _waiting   while nobody sees the page, or its user has stopped the region
 * @property {boolean} _paused
 * @property {string} [channel]
 * @property {boolean} [_fetching]
 * @property {number} _refusals   of its channel, one after the other, and one: what is refused again is asked for more rarely
 */

/** In milliseconds. */
const OFFLINE = 5_000; // before the page says that it shows old data
const JITTER = { again: 500, stale: 2_000, refused: 2_000 }; // over which pages spread what all of them ask at once

/** More patches than these are not worth keeping: the region is fetched. */
const WAITING = 50;

export class Regions {
  /**
   * @param {import("../client.js").OnAir} onair
   * @param {{ token: string, url?: string | null, csrf?: string, regions: Record<string, Told> }} told
   */
  constructor(onair, told) {
    this._onair = onair;
    this._told = told;
    this._site = new Site(onair._page, onair._settings);
    /** @type {((id: string, merge: import("./merge.js").Outcome) => void) | undefined} who hears of each update */
    this.applied = undefined;
    /** @type {string | undefined} the page's token against forged requests */
    this._csrf = told.csrf;
    this._warned = false;
    this._isStale = false;
    this._offline = 0;
    /** @type {string | null | undefined} the connection that the regions listen on */
    this._socketId = undefined;
    /** @type {Set<Region>} those to ask for */
    this._asking = new Set();
    /** @type {Map<string, Region>} */
    this._regions = new Map();
    this._fillTokens();
    if (!Object.keys(told.regions).length) return; // it only tells its view what happens
    mirror();
    for (const [id, about] of Object.entries(told.regions)) {
      if (has(id)) this._add(id, about.v);
      else this._warn(id);
    }
    document.addEventListener("onair:state", () => this._connected());
    document.addEventListener("visibilitychange", () => this._regions.forEach((region) => this._flush(region)));
    this._connected();
  }

  /** @returns {Record<string, string>} by region */
  versions() {
    return versionsOf(this._regions.values());
  }

  /** @param {Patch} patch */
  applyPatch(patch) {
    const region = this._regions.get(patch.r ?? "");
    if (region) this._receive(region, patch);
  }

  /**
   * @param {string} id
   * @param {boolean} paused   whether its user has stopped it
   */
  pause(id, paused) {
    const region = this._regions.get(id);
    if (!region) return;
    region._paused = paused;
    this._flush(region);
  }

  /**
   * @param {string} id
   * @param {string} v
   */
  _add(id, v) {
    /** @type {Region} */
    const region = { id, v, _waiting: [], _paused: false, _refusals: 1 };
    this._regions.set(id, region);
    return region;
  }

  /** @param {Region} region */
  _drop(region) {
    this._leave(region);
    this._regions.delete(region.id);
  }

  /** @param {Region} region */
  _leave(region) {
    if (region.channel) this._onair.unsubscribe(region.channel);
    region.channel = undefined;
  }

  /** The connection has come, or gone. */
  _connected() {
    const { socketId } = this._onair;
    if (socketId === this._socketId) return;
    this._socketId = socketId;
    clearTimeout(this._offline);
    for (const region of this._regions.values()) {
      this._leave(region);
      if (socketId) this._ask(region);
    }
    const since = new Date();
    if (!socketId) this._offline = setTimeout(() => this._tellStale(since), OFFLINE);
  }

  /**
   * Let pages that rely on it know, and their style sheets.
   *
   * @param {Date} [since]   nothing where it follows again
   */
  _tellStale(since) {
    this._isStale = !!since;
    for (const { id } of this._regions.values()) {
      const element = parentOf(id);
      if (since) element?.setAttribute("data-onair-stale", since.toISOString());
      else element?.removeAttribute("data-onair-stale");
    }
    dispatch("stale", { stale: !!since, since });
  }

  /**
   * Ask for a region's channel, and with it for what the page has missed.
   *
   * @param {Region} region
   * @param {number} [jitter]
   */
  _ask(region, jitter = 0) {
    if (!this._asking.size) setTimeout(() => this._exchange(), Math.random() * jitter);
    this._asking.add(region);
  }

  async _exchange() {
    const asked = [...this._asking];
    const socketId = this._socketId;
    this._asking.clear();
    const { token, url } = this._told;
    if (!socketId) return;
    const regions = versionsOf(asked);
    const isWanted = () => socketId === this._socketId;
    const answer = await this._site.ask(url ?? "", { token, socket_id: socketId, regions }, isWanted);
    if (!answer || !isWanted()) return;
    if (!answer.regions) {
      console.warn(`onair: the page does not follow any more. ${answer.error}`);
      return this._tellStale(new Date());
    }
    this._told.token = answer.token ?? token;
    if (this._isStale) this._tellStale();
    for (const region of asked) this._join(region, answer.regions[region.id] ?? { gone: true });
  }

  /**
   * @param {Region} region
   * @param {Patch & { channel?: string, auth?: string }} answer
   */
  _join(region, { channel, auth, ...verdict }) {
    if (this._regions.get(region.id) !== region) return;
    this._leave(region);
    if (!channel || !auth) return this._receive(region, verdict);
    region.channel = channel;
    const joined = this._onair._connected().subscribe(channel, undefined, { auth });
    const isIts = () => region.channel === channel;
    joined.bind("onair:patch", (/** @type {Patch} */ patch) => isIts() && this._receive(region, patch));
    joined.bind("pusher:subscription_succeeded", () => (region._refusals = 1));
    joined.bind("pusher:subscription_error", () => isIts() && this._refused(region));
  }

  /**
   * The process that has signed and the one with the sockets may differ for a moment.
   *
   * @param {Region} region
   */
  _refused(region) {
    this._leave(region);
    this._ask(region, JITTER.refused * region._refusals++);
  }

  /**
   * @param {Region} region
   * @param {Patch} patch
   */
  _receive(region, patch) {
    if (patch.again) return this._ask(region, JITTER.again);
    if (patch.gone) return this._drop(region);
    if (patch.denied) return this._deny(region);
    if (!patch.ops || region._waiting.length > WAITING) region._waiting = [patch.ops ? { stale: true } : patch];
    else if (!region._waiting[0]?.stale) region._waiting.push(patch);
    this._flush(region);
  }

  /** @param {Region} region */
  _deny(region) {
    blank(region.id);
    this._drop(region);
    dispatch("denied", { region: region.id });
  }

  /** @param {Region} region */
  _flush(region) {
    if (document.hidden || region._paused) return;
    for (const patch of region._waiting.splice(0)) this._apply(region, patch);
  }

  /**
   * @param {Region} region
   * @param {Patch} patch
   */
  _apply(region, { p, v, ops, html, stale }) {
    if (stale) return this._fetch(region, JITTER.stale);
    if (v === region.v) return;
    if (ops && p !== region.v) return this._ask(region, JITTER.again);
    try {
      const merge = ops ? apply(region.id, ops) : replace(region.id, /** @type {string} */ (html));
      region.v = /** @type {string} */ (v);
      this._applied(region, merge);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      region.v = "";
      this._warn(region.id);
      this._fetch(region, 0);
    }
  }

  /**
   * @param {Region} region
   * @param {import("./merge.js").Outcome} merge
   */
  _applied(region, merge) {
    for (const other of this._regions.values()) if (!has(other.id)) this._drop(other);
    for (const id of present()) {
      if (!this._regions.has(id)) this._ask(this._add(id, ""), JITTER.again);
    }
    this._fillTokens();
    this.applied?.(region.id, merge);
    dispatch("patched", { region: region.id, elements: [...merge.changed] });
  }

  /**
   * @param {Region} region
   * @param {number} jitter
   */
  _fetch(region, jitter) {
    if (region._fetching) return;
    region._fetching = true;
    setTimeout(async () => {
      const isWanted = () => this._regions.get(region.id) === region;
      const url = location.href.replace(/#.*/, "");
      const answer = await this._site.ask(url, undefined, isWanted, { "X-OnAir-Region": region.id });
      region._fetching = false;
      if (!answer || !isWanted()) return;
      // Who gets no answer may have no right to one any more, which the exchange knows.
      this._receive(region, answer.html === undefined && !answer.gone ? { again: true } : /** @type {any} */ (answer));
      // The site has failed when it was asked for the channel.
      if (!region.channel && isWanted()) this._ask(region, JITTER.again);
    }, Math.random() * jitter);
  }

  /** Forms that the server has sent to more than one visitor get the token of this one. */
  _fillTokens() {
    for (const input of document.getElementsByName("csrfmiddlewaretoken")) {
      const field = /** @type {HTMLInputElement} */ (input);
      this._csrf ||= field.value || this._site.csrfToken();
      if ("onairCsrf" in field.dataset) field.value ||= this._csrf ?? "";
    }
  }

  /** @param {string} id */
  _warn(id) {
    if (this._warned) return;
    this._warned = true;
    console.warn(
      `onair: the markers of the region "${id}" are missing. Let nothing between the site and the browser remove the ` +
        "comments of its HTML.",
    );
  }
}

/** @param {Iterable<Region>} regions */
const versionsOf = (regions) => Object.fromEntries(Array.from(regions, ({ id, v }) => [id, v]));

/**
 * @param {string} name
 * @param {object} detail
 */
const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent("onair:" + name, { detail }));
