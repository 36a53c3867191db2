/** Channels over a connection of our own. */

import { Authorizer } from "./authorizer.js";
import { PresenceChannel, kindOf } from "./channels.js";
import { Connection } from "./connection.js";
import { GAP, dispatchGap } from "./gap.js";
import { socketUrl } from "./settings.js";
import { SignIn, authenticator } from "./signin.js";
import { asAuthError } from "./site.js";
import { SERVER_TO_USER } from "./user.js";

/** @typedef {import("./channels.js").Channel} Channel */
/** @typedef {import("./messages.js").Message} Message */

export class SocketLink {
  /**
   * @param {Page} page
   * @param {import("./settings.js").Settings} settings
   * @param {import("./connection.js").Listener} listener
   * @param {import("./user.js").User} user
   */
  constructor(page, settings, listener, user) {
    this._page = page;
    this._user = user;
    this._listener = listener;
    /** @type {Map<string, Channel>} */
    this._channels = new Map();
    /** @type {Map<Channel, boolean>} for the present connection: false while authorised, true once it was told */
    this._asked = new Map();
    const isCurrent = (/** @type {string} */ socketId) => socketId === this.socketId;
    this._authorizer = new Authorizer(page, settings, isCurrent);
    this._signIn = new SignIn(authenticator(page, settings, isCurrent), user, this);
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

  signin() {
    this._signIn.request();
  }

  /** @param {string} name */
  channel(name) {
    return this._channels.get(name);
  }

  /**
   * @param {string} name
   * @param {string} [grant]
   * @param {Signature} [signature]   for this connection, where the site has given it already
   */
  subscribe(name, grant, signature) {
    if (grant) this._authorizer.grants.set(name, grant);
    if (signature) this._authorizer.signatures.set(name, signature);
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
    this._signIn.changed();
    if (state === "connected") for (const channel of this._channels.values()) this._ask(channel);
    this._listener.changed(state);
  }

  /** @param {Message} message */
  _received(message) {
    const { event, data } = message;
    const channel = this._channels.get(message.channel ?? "");
    const gap = channel && this._follow(channel, message);
    if (event === "pusher:signin_success") this._signIn.succeeded(data);
    if (event === "pusher_internal:watchlist_events") this._user._watch(data);
    channel?._receive(message);
    if (!event.startsWith("pusher_internal:")) this._listener.received(message);
    if (event === GAP && channel) dispatchGap(this._page, channel.name);
    if (gap && this._channels.has(channel.name)) this._received({ event: GAP, data: {}, channel: channel.name });
  }

  /**
   * @param {Channel} channel
   * @param {Message} message
   * @returns {boolean} whether events may be missing before this one
   */
  _follow(channel, { event, position }) {
    if (event === "pusher_internal:subscription_succeeded") return channel._place.welcome(position, this.socketId);
    if (event === "pusher:subscription_error") this._asked.delete(channel);
    channel._place.see(position);
    return false;
  }

  /** @param {Channel} channel */
  _ask(channel) {
    const { socketId } = this;
    if (!socketId || this._asked.has(channel)) return;
    if (channel.name.startsWith(SERVER_TO_USER) && !this._user.signedIn) return;
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
      if (isWanted()) this._refused(channel, /** @type {import("./site.js").AuthorizationError} */ (error));
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
    const resume = channel._place.request;
    this._send({ event: "pusher:subscribe", data: { channel: channel.name, auth, channel_data, resume } });
  }

  /**
   * @param {Channel} channel
   * @param {import("./site.js").AuthorizationError} error
   */
  _refused(channel, error) {
    this._asked.delete(channel);
    console.warn(`onair: ${channel.name} is refused. ${error.message}`);
    channel.emit("pusher:subscription_error", asAuthError(error));
  }
}
