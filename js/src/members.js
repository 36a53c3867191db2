/**
 * Who is on a presence channel. A roster maps each member's id to its info; it has no prototype, since the ids
 * come from users, and is never changed: what changes it returns another one.
 *
 * @typedef {Readonly<Record<string, any>>} Roster
 * @typedef {{ id: string, info: any }} Member
 */

/** @type {Roster} */
export const NOBODY = Object.freeze(Object.create(null));

/**
 * @param {Record<string, any>} [hash]   as a subscription's answer has it
 * @returns {Roster}
 */
export const rosterOf = (hash) => Object.assign(Object.create(null), hash);

/**
 * @param {Roster} roster
 * @param {Member} member
 */
export const withMember = (roster, { id, info }) => Object.assign(rosterOf(roster), { [id]: info });

/**
 * @param {Roster} roster
 * @param {string} id
 * @returns {Roster}
 */
export function withoutMember(roster, id) {
  const rest = /** @type {Record<string, any>} */ (rosterOf(roster));
  delete rest[id];
  return rest;
}

/**
 * @param {Roster} roster
 * @param {string} id
 * @returns {Member | null}
 */
export const memberOf = (roster, id) => (id in roster ? { id, info: roster[id] } : null);

/**
 * Who came and who went between two rosters.
 *
 * @param {Roster} before
 * @param {Roster} after
 */
export function difference(before, after) {
  /** @type {(one: Roster, other: Roster) => Member[]} */
  const missing = (one, other) =>
    Object.keys(one)
      .filter((id) => !(id in other))
      .map((id) => ({ id, info: one[id] }));
  return { added: missing(after, before), removed: missing(before, after) };
}

/** A channel's members, as pages see them: Pusher's `count`, `me`, `get` and `each`. */
export class Members {
  constructor() {
    this.members = NOBODY;
    /** @type {string | null} */
    this.myID = null;
  }

  get count() {
    return Object.keys(this.members).length;
  }

  get me() {
    return this.myID === null ? null : this.get(this.myID);
  }

  /** @param {string | number} id */
  get(id) {
    return memberOf(this.members, String(id));
  }

  /** @param {(member: Member) => void} visit */
  each(visit) {
    for (const id of Object.keys(this.members)) visit({ id, info: this.members[id] });
  }
}
