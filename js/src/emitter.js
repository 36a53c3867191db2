/** Handlers by event, with Pusher's verbs. One that throws is reported and does not disturb the others. */

/** @typedef {(data: any, metadata?: any) => void} Handler */
/** @typedef {(event: string, data: any, metadata?: any) => void} GlobalHandler */

/** @param {unknown} error */
const report = (error) =>
  typeof globalThis.reportError === "function" ? globalThis.reportError(error) : console.error(error);

/**
 * @param {(...args: any[]) => void} handler
 * @param {...unknown} args
 */
export function callSafely(handler, ...args) {
  try {
    handler(...args);
  } catch (error) {
    report(error);
  }
}

export class Emitter {
  constructor() {
    /** @type {Map<string, Handler[]>} */
    this._handlers = new Map();
    /** @type {GlobalHandler[]} */
    this._global = [];
  }

  /**
   * @param {string} event
   * @param {Handler} handler   called with the event's data and its metadata
   */
  bind(event, handler) {
    this._handlers.set(event, [...(this._handlers.get(event) ?? []), handler]);
    return this;
  }

  /**
   * Without a handler all of the event's, without an event all of every event's.
   *
   * @param {string} [event]
   * @param {Handler} [handler]
   */
  unbind(event, handler) {
    for (const name of event ? [event] : [...this._handlers.keys()]) {
      this._handlers.set(name, (this._handlers.get(name) ?? []).filter((bound) => handler && bound !== handler));
    }
    return this;
  }

  /** @param {GlobalHandler} handler   called with every event's name, data and metadata */
  bind_global(handler) {
    this._global = [...this._global, handler];
    return this;
  }

  /** @param {GlobalHandler} [handler] */
  unbind_global(handler) {
    this._global = this._global.filter((bound) => handler && bound !== handler);
    return this;
  }

  /**
   * @param {string} event
   * @param {any} [data]
   * @param {any} [metadata]
   */
  emit(event, data, metadata) {
    for (const handler of this._global) callSafely(handler, event, data, metadata);
    for (const handler of this._handlers.get(event) ?? []) callSafely(handler, data, metadata);
  }
}
