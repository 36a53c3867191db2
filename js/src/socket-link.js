/** Channels over a connection of our own. */

import { Authorizer } from "./authorizer.js";
import { PresenceChannel, kindOf } from "./channels.js";
import { Connection } from "./connection.js";
import { socketUrl } from "./settings.js";

/** @typedef {import("./channels.js").Channel} Channel */
/** @typedef {import("./messages.js").Message} Message */

export class SocketLink {
  /**
   * @param {Page} page
   * @param {import("./settings.js").Settings} settings
   * @param {import("./connection.js").Listener} listener
   */
  constructor(page, settings, listener) {
    this._listener = listener;
    /** @type {Map<string, Channel>} */
    this._channels = new Map();
    /** @type {Map<Channel, boolean>} for the present connection: false while authorised, true once it was told */
    this._asked = new Map();
    this._authorizer = new Authorizer(page, settings, (socketId) => socketId === this.socketId);
    this._connection = new Connection(page, socketUrl(settings, page.location), {
      changed: (state) => this._changed(state),
      received: (message) => this._received(message),
    });
  }

  get socketId() {
    return this._connection.socketId;
  }

  connect() {
    this._connection.connect();
  }

  disconnect() {
    this._connection.disconnect();
  }

  /** @param {string} name */
  channel(name) {
    return this._channels.get(name);
  }

  /**
   * @param {string} name
   * @param {string} [grant]
   */
  subscribe(name, grant) {
    if (grant) this._authorizer.grants.set(name, grant);
    const channel = this._channels.get(name) ?? this._create(name);
    this._ask(channel);
    return channel;
  }

  /** @param {string} name */
  unsubscribe(name) {
    const channel = this._channels.get(name);
    if (!channel) return;
    this._channels.delete(name);
    channel.subscribed = false;
    if (this._asked.get(channel)) this._send({ event: "pusher:unsubscribe", data: { channel: name } });
    this._asked.delete(channel);
  }

  /** @param {Message} message */
  _send(message) {
    return this._connection.send(message);
  }

  /** @param {string} name */
  _create(name) {
    const channel = kindOf(name).create(name, (message) => this._send(message));
    this._channels.set(name, channel);
    return channel;
  }

  /** @param {import("./connection.js").State} state */
  _changed(state) {
    this._asked.clear();
    for (const channel of this._channels.values()) channel.subscribed = false;
    if (state === "connected") for (const channel of this._channels.values()) this._ask(channel);
    this._listener.changed(state);
  }

  /** @param {Message} message */
  _received(message) {
    const channel = message.channel && this._channels.get(message.channel);
    if (channel) {
      if (message.event === "pusher:subscription_error") this._asked.delete(channel);
      channel._receive(message);
    }
    if (!message.event.startsWith("pusher_internal:")) this._listener.received(message);
  }

  /** @param {Channel} channel */
  _ask(channel) {
    const { socketId } = this;
    if (!socketId || this._asked.has(channel)) return;
    this._asked.set(channel, false);
    if (kindOf(channel.name).signed) this._authorize(channel, socketId);
    else this._join(channel, { auth: "" });
  }

  /**
   * @param {Channel} channel
   * @param {string} socketId
   */
  async _authorize(channel, socketId) {
    const isWanted = () => socketId === this.socketId && this._asked.has(channel);
    try {
      const signature = await this._authorizer.authorize(socketId, channel.name);
      if (isWanted()) this._join(channel, signature);
    } catch (error) {
      if (isWanted()) this._refused(channel, /** @type {import("./authorizer.js").AuthorizationError} */ (error));
    }
  }

  /**
   * @param {Channel} channel
   * @param {Signature} signature
   */
  _join(channel, { auth, channel_data }) {
    if (channel instanceof PresenceChannel && channel_data) {
      channel.members.myID = String(JSON.parse(channel_data).user_id);
    }
    this._asked.set(channel, true);
    this._send({ event: "pusher:subscribe", data: { channel: channel.name, auth, channel_data } });
  }

  /**
   * @param {Channel} channel
   * @param {import("./authorizer.js").AuthorizationError} error
   */
  _refused(channel, { message, status }) {
    this._asked.delete(channel);
    console.warn(`onair: ${channel.name} is refused. ${message}`);
    channel.emit("pusher:subscription_error", { type: "AuthError", error: message, status });
  }
}
