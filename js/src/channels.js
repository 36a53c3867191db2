/** The kinds of channels, and what each does with what the server says about it. */

import { Emitter } from "./emitter.js";
import { Members, difference, rosterOf, withMember, withoutMember } from "./members.js";
import { Place } from "./place.js";

/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./members.js").Member} Member */

export class Channel extends Emitter {
  /**
   * @param {string} name
   * @param {(message: Message) => boolean} send
   */
  constructor(name, send) {
    super();
    this.name = name;
    this.subscribed = false;
    /** @type {number | null} */
    this.subscriptionCount = null;
    this._send = send;
    this._place = new Place();
  }

  /**
   * Send a client event to the channel's other subscribers.
   *
   * @param {string} event   begins with "client-"
   * @param {unknown} data
   * @returns {boolean} whether it left: not before the subscription has succeeded, and not while offline
   */
  trigger(event, data) {
    if (!event.startsWith("client-")) throw new Error(`onair: rename "${event}" to "client-${event}".`);
    return this.subscribed && this._send({ event, data, channel: this.name });
  }

  /** @param {Message} message */
  _receive({ event, data, user_id }) {
    const handle = INTERNAL.get(event);
    if (handle) handle(this, data);
    else if (!event.startsWith("pusher_internal:")) this.emit(event, data, { channel: this.name, user_id });
  }

  /**
   * @param {any} data
   * @returns {unknown} what "pusher:subscription_succeeded" carries
   */
  _welcome(data) {
    return data;
  }
}

export class PresenceChannel extends Channel {
  /**
   * @param {string} name
   * @param {(message: Message) => boolean} send
   */
  constructor(name, send) {
    super(name, send);
    this.members = new Members();
    this._known = false;
  }

  /**
   * After a reconnection, who came and who went meanwhile is told first.
   *
   * @param {{ presence?: { hash?: Record<string, any> } }} data
   */
  _welcome(data) {
    const before = this.members.members;
    this.members.members = rosterOf(data?.presence?.hash);
    const { added, removed } = difference(before, this.members.members);
    if (this._known) {
      for (const member of removed) this.emit("pusher:member_removed", member);
      for (const member of added) this.emit("pusher:member_added", member);
    }
    this._known = true;
    return this.members;
  }

  /** @param {Member} member */
  _add(member) {
    const isNew = !this.members.get(member.id);
    this.members.members = withMember(this.members.members, member);
    if (isNew) this.emit("pusher:member_added", member);
  }

  /** @param {string} id */
  _remove(id) {
    const member = this.members.get(id);
    if (!member) return;
    this.members.members = withoutMember(this.members.members, id);
    this.emit("pusher:member_removed", member);
  }
}

/** @type {Map<string, (channel: Channel, data: any) => void>} */
const INTERNAL = new Map(
  Object.entries({
    "pusher_internal:subscription_succeeded"(channel, data) {
      channel.subscribed = true;
      channel.emit("pusher:subscription_succeeded", channel._welcome(data));
    },
    "pusher_internal:subscription_count"(channel, data) {
      channel.subscriptionCount = data.subscription_count;
      channel.emit("pusher:subscription_count", data);
    },
    "pusher_internal:member_added"(channel, { user_id, user_info }) {
      if (channel instanceof PresenceChannel) channel._add({ id: String(user_id), info: user_info });
    },
    "pusher_internal:member_removed"(channel, { user_id }) {
      if (channel instanceof PresenceChannel) channel._remove(String(user_id));
    },
  }),
);

/** @param {string} name */
const unsupported = (name) => {
  throw new Error(
    `onair: "${name}" is encrypted: put {% pusherable_script encryption=True %} and a Pusher connection on the page.`,
  );
};

/**
 * By anchored prefix, the longest first (P-CH).
 *
 * @type {{ prefix: string, signed: boolean, create: (name: string, send: (message: Message) => boolean) => Channel }[]}
 */
const KINDS = [
  { prefix: "private-encrypted-", signed: true, create: unsupported },
  { prefix: "private-", signed: true, create: (name, send) => new Channel(name, send) },
  { prefix: "presence-", signed: true, create: (name, send) => new PresenceChannel(name, send) },
  { prefix: "", signed: false, create: (name, send) => new Channel(name, send) },
];

/** @param {string} name */
export const kindOf = (name) =>
  /** @type {typeof KINDS[number]} */ (KINDS.find(({ prefix }) => name.startsWith(prefix)));
