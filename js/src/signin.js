/** Signing the page's visitor in, on each connection anew: the site says who it is. */

import { AuthorizationError, Site } from "./site.js";
import { SERVER_TO_USER } from "./user.js";

/** @typedef {(socketId: string) => Promise<UserSignature | null>} Authenticate */

/**
 * @param {Page} page
 * @param {import("./settings.js").Settings} settings
 * @param {(socketId: string) => boolean} isCurrent   whether that connection is still the page's
 * @returns {Authenticate} gives null for a connection that is gone, and rejects when the site refuses
 */
export function authenticator(page, settings, isCurrent) {
  const site = new Site(page, settings);
  return async (socketId) => {
    const wanted = () => isCurrent(socketId);
    const answer = await site.ask(settings.userAuth, { socket_id: socketId }, wanted);
    if (!answer || !wanted()) return null;
    const { auth, user_data, error, status } = answer;
    if (auth) return { auth, user_data };
    console.warn(`onair: the sign-in is refused. ${error}`);
    throw new AuthorizationError(error, status);
  };
}

/**
 * @param {Authenticate} authenticate
 * @returns {PusherUserAuthenticator} what pusher-js calls a `customHandler`
 */
export function asPusherUserAuthenticator(authenticate) {
  return ({ socketId }, callback) =>
    void authenticate(socketId).then(
      (signature) => signature && callback(null, signature),
      (error) => callback(error, null),
    );
}

/** Keeps the visitor signed in over a connection of our own. */
export class SignIn {
  /**
   * @param {Authenticate} authenticate
   * @param {import("./user.js").User} user
   * @param {import("./socket-link.js").SocketLink} link
   */
  constructor(authenticate, user, link) {
    this._authenticate = authenticate;
    this._user = user;
    this._link = link;
    this._wanted = false;
    /** @type {string | null} the connection that the site has been asked for */
    this._asked = null;
    /** The visitor's own channel. */
    this._channel = "";
  }

  /** The page wants it. */
  request() {
    this._wanted = true;
    this._ask();
  }

  /** The connection has come, or gone. */
  changed() {
    this._user._leave();
    this._ask();
  }

  async _ask() {
    const { socketId } = this._link;
    if (!this._wanted || !socketId || this._asked === socketId) return;
    this._asked = socketId;
    try {
      const signature = await this._authenticate(socketId);
      if (signature) this._link._send({ event: "pusher:signin", data: signature });
    } catch (error) {
      this._asked = null; // the page may try again, once its visitor has logged in
      this._user._refuse(/** @type {AuthorizationError} */ (error));
    }
  }

  /** @param {{ user_data: string }} data   of "pusher:signin_success" */
  succeeded({ user_data }) {
    const { _user: user, _link: link } = this;
    user._welcome(user_data);
    const name = SERVER_TO_USER + user.id;
    if (link.channel(name)) return void link.subscribe(name); // it goes on from where it was
    link.unsubscribe(this._channel); // of whoever was the visitor before
    this._channel = name;
    link.subscribe(name).bind_global((event, data, metadata) => {
      if (!event.startsWith("pusher:")) user.emit(event, data, metadata);
    });
  }
}
