/** What pages, onair.js, pusherable.js and pusher-js share by name. */

import type { OnAir } from "./client.js";

declare global {
  /** A channel of pusher-js, as far as it is used here. */
  interface PusherChannel {
    name: string;
    bind(event: string, handler: (data: any, metadata?: any) => void): unknown;
    unbind(event?: string, handler?: (data: any, metadata?: any) => void): unknown;
    emit(event: string, data?: unknown, metadata?: unknown): unknown;
    trigger(event: string, data: unknown): boolean;
    subscribed: boolean;
    members?: unknown;
    [told: symbol]: string | undefined;
  }

  type Signature = { auth: string; channel_data?: string; shared_secret?: string };
  type PusherAuthorizer = (
    request: { socketId: string; channelName: string },
    callback: (error: Error | null, signature: Signature | null) => void,
  ) => void;

  type UserSignature = { auth: string; user_data: string };
  type PusherUserAuthenticator = (
    request: { socketId: string },
    callback: (error: Error | null, signature: UserSignature | null) => void,
  ) => void;

  /** What pusher-js knows of the signed-in user; absent before its version 7.1. */
  interface PusherUser {
    user_data: { id: string; user_info?: any } | null;
    serverToUserChannel: PusherChannel | null;
    watchlist: { bind_global(handler: (event: string, data: unknown) => void): unknown };
    bind_global(handler: (event: string, data: unknown) => void): unknown;
  }

  /** An instance of pusher-js, as far as it is used here. */
  interface PusherInstance {
    key: string;
    config: { channelAuthorizer: PusherAuthorizer; userAuthenticator?: PusherUserAuthenticator };
    user?: PusherUser;
    signin(): void;
    connection: {
      state: string;
      socket_id: string;
      bind(event: string, handler: (data: any) => void): unknown;
    };
    subscribe(name: string): PusherChannel;
    unsubscribe(name: string): void;
    channel(name: string): PusherChannel | undefined;
    bind_global(handler: (event: string, data: unknown) => void): unknown;
    connect(): void;
    disconnect(): void;
  }

  interface PusherClass {
    new (key: string, options: object): PusherInstance;
    instances?: PusherInstance[];
  }

  /** The window that the client runs in; the tests hand in their own. */
  type Page = Window & typeof globalThis;

  interface Window {
    onair?: OnAir;
    pusher?: PusherInstance;
    channel?: PusherChannel;
    Pusher?: PusherClass;
    [meeting: symbol]: any; // where files of ours meet: the tags, and those of live pages
  }

  /** The page's own function, if it has one: declared with `function`, `var`, `let` or `const`. */
  var pusherable_notify: ((event: string, data: unknown) => void) | undefined;
}
