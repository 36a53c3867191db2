/**
 * One connection to the server, which it keeps for as long as the page wants it.
 *
 * States, as `onair:state` tells them:
 *
 * - disconnected   nobody asked for a connection, or `disconnect()` did away with it
 * - connecting     the first tries, also after a loss
 * - connected      the server has given a socket id
 * - unavailable    it goes on trying, but the page is offline for now
 * - refused        the server will not have this page, and trying again would not help
 *
 * Only one thing is ever waited for (the handshake, silence to end, a pong, the next try), hence one timer.
 *
 * @typedef {"disconnected" | "connecting" | "connected" | "unavailable" | "refused"} State
 * @typedef {import("./messages.js").Message} Message
 *
 * @typedef {object} Listener
 * @property {(state: State) => void} changed
 * @property {(message: Message) => void} received
 */

import { LONGEST, delay } from "./backoff.js";
import { TurnedAway, policyFor, reportNoServer, reportRefusal } from "./closing.js";
import { decode } from "./messages.js";

/** In milliseconds. */
const HANDSHAKE = 10_000; // from opening to the socket id
const SILENCE = 120_000; // before a ping, unless the server wants it sooner (P-ACT)
const PONG = 30_000; // after a ping
const PROBE = 5_000; // after a ping when the browser says that something has changed
const STABLE = 5_000; // a connection that lasted so long was a good one

/** After so many tries that nobody has ever answered the developer is told, once, and the tries become rare. */
const TRIES = 5;

/** @type {import("./backoff.js").Pace} */
const RARELY = { floor: 300_000, spread: LONGEST };

const ABNORMAL = 1006;

export class Connection {
  /**
   * @param {Page} page
   * @param {string} url
   * @param {Listener} listener
   */
  constructor(page, url, listener) {
    /** @type {State} */
    this.state = "disconnected";
    /** @type {string | null} */
    this.socketId = null;
    this._page = page;
    this._url = url;
    this._listener = listener;
    /** @type {WebSocket | null} */
    this._socket = null;
    this._timer = 0;
    this._attempt = 0;
    this._silence = SILENCE;
    this._since = 0;
    this._unanswered = 0;
    this._turnedAway = new TurnedAway();
    /** @type {{ code?: number, message?: string } | null} */
    this._error = null;
    this._watch();
  }

  /** Connect, now: also while waiting for the next try, and after a refusal. */
  connect() {
    if (this._socket) return;
    this._attempt = 0;
    if (this.state !== "unavailable") this._change("connecting");
    if (this._wanted) this._open();
  }

  disconnect() {
    this._detach();
    this._change("disconnected");
  }

  /**
   * @param {Message} message
   * @returns {boolean} whether it was sent
   */
  send(message) {
    if (!this.socketId) return false;
    this._socket?.send(JSON.stringify(message));
    return true;
  }

  get _wanted() {
    return this.state !== "disconnected" && this.state !== "refused";
  }

  _watch() {
    const { document } = this._page;
    const wake = () => this._wake();
    this._page.addEventListener("online", wake);
    this._page.addEventListener("offline", () => this.socketId && this._ping(PROBE));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
    // A page in the back/forward cache holds no socket, and leaves its presence channels at once.
    this._page.addEventListener("pagehide", () => this._suspend());
    this._page.addEventListener("pageshow", (event) => event.persisted && wake());
  }

  /** Something has changed: try now, or see whether the connection has survived it. */
  _wake() {
    if (!this._wanted) return;
    if (this.socketId) this._ping(PROBE);
    else this.connect();
  }

  _suspend() {
    if (!this._wanted) return;
    this._detach();
    this._change("unavailable");
  }

  _open() {
    this._error = null;
    this._wait(HANDSHAKE, () => this._lose());
    try {
      const socket = (this._socket = new this._page.WebSocket(this._url));
      socket.onmessage = ({ data }) => this._receive(data);
      socket.onclose = ({ code, reason }) => this._lose(code, reason);
    } catch {
      this._lose(); // the page's security policy forbids it
    }
  }

  /** @param {unknown} frame */
  _receive(frame) {
    const message = decode(frame);
    if (!message) return;
    if (this.socketId) this._listen();
    const control = CONTROL.get(message.event);
    if (control) control(this, message.data);
    else this._listener.received(message);
  }

  /** @param {{ socket_id: string, activity_timeout?: number }} data */
  _establish({ socket_id, activity_timeout }) {
    this.socketId = socket_id;
    this._silence = Math.min(SILENCE, activity_timeout ? activity_timeout * 1000 : SILENCE);
    this._since = this._page.performance.now();
    this._unanswered = -Infinity; // whatever happens from now on, there is a server
    this._turnedAway.end();
    this._listen();
    this._change("connected");
  }

  /**
   * An error of the connection itself says why it will be closed, any other closes nothing.
   *
   * @param {{ code?: number, message?: string }} error
   */
  _hear(error) {
    const { code, message } = error;
    if (code && 4000 <= code && code < 4300) {
      this._error = error;
    } else {
      console.warn(`onair: ${message} (${code ?? "no code"})`);
      this._listener.received({ event: "pusher:error", data: error });
    }
  }

  _listen() {
    this._wait(this._silence, () => this._ping(PONG));
  }

  /** @param {number} patience   milliseconds until the connection is given up */
  _ping(patience) {
    this.send({ event: "pusher:ping", data: {} });
    this._wait(patience, () => this._lose());
  }

  _lose(code = ABNORMAL, reason = "") {
    const error = code < 4000 ? (this._error ?? {}) : { code, message: reason || this._error?.message };
    const policy = policyFor(error.code ?? code);
    this._turnedAway.hear(error.code, error.message);
    const taken = !!this.socketId;
    if (taken && this._page.performance.now() - this._since >= STABLE) this._attempt = 0;
    this._detach();
    if (policy.refused) return this._refuse(error, taken);
    this._retry(error.code || !this._isDeserted() ? policy : RARELY);
  }

  /** Count one more try without an answer: is there no server at all? */
  _isDeserted() {
    if (!this._page.navigator.onLine) return false;
    if (++this._unanswered === TRIES) reportNoServer(this._url);
    return this._unanswered >= TRIES;
  }

  /**
   * @param {{ code?: number, message?: string }} error
   * @param {boolean} taken
   */
  _refuse({ code = 0, message = "" }, taken) {
    reportRefusal(code, message, taken);
    this._change("refused");
  }

  /** @param {import("./backoff.js").Pace} pace */
  _retry(pace) {
    const { Math, navigator } = this._page;
    const hopeful = this._attempt === 0 && navigator.onLine && this.state !== "unavailable";
    this._wait(delay(pace, this._attempt++, Math.random()), () => this._open());
    this._change(hopeful ? "connecting" : "unavailable");
  }

  _detach() {
    this._page.clearTimeout(this._timer);
    const socket = this._socket;
    this._socket = this.socketId = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} then
   */
  _wait(milliseconds, then) {
    this._page.clearTimeout(this._timer);
    this._timer = this._page.setTimeout(then, milliseconds);
  }

  /** @param {State} state */
  _change(state) {
    if (state === this.state) return;
    this.state = state;
    this._listener.changed(state);
  }
}

/**
 * The events that concern the connection itself.
 *
 * @type {Map<string, (connection: Connection, data: any) => void>}
 */
const CONTROL = new Map(
  Object.entries({
    "pusher:connection_established": (connection, data) => connection._establish(data),
    "pusher:ping": (connection) => connection.send({ event: "pusher:pong", data: {} }),
    "pusher:pong": () => {},
    "pusher:error": (connection, error) => connection._hear(error ?? {}),
  }),
);
