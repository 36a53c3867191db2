/** The page's visitor, as the server knows it: who it is, what is sent to it, and who of its watchlist is there. */

import { Emitter } from "./emitter.js";
import { asAuthError } from "./site.js";

/** The channel of one user's events begins with it. */
export const SERVER_TO_USER = "#server-to-user-";

/** Handlers hear what is sent to the user, in all of the user's pages. */
export class User extends Emitter {
  constructor() {
    super();
    /** @type {{ id: string, user_info?: any } | null} what the site has signed, while signed in */
    this.user_data = null;
    /** "online" and "offline", with `{user_ids}`. */
    this.watchlist = new Emitter();
  }

  get id() {
    return this.user_data?.id ?? null;
  }

  get signedIn() {
    return this.user_data !== null;
  }

  /** @param {string} signed   JSON, as the site has signed it */
  _welcome(signed) {
    this.user_data = JSON.parse(signed);
    this.emit("pusher:signin_success", this.user_data);
  }

  /** The connection that knew it has gone. */
  _leave() {
    this.user_data = null;
  }

  /** @param {import("./site.js").AuthorizationError} error */
  _refuse(error) {
    this.emit("pusher:signin_error", asAuthError(error));
  }

  /** @param {{ events: { name: string, user_ids: string[] }[] }} data */
  _watch({ events }) {
    for (const event of events) this.watchlist.emit(event.name, event);
  }
}
