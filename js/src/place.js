/** Where a channel is in what is published on it, so that a lost connection leaves no gap. */
export class Place {
  constructor() {
    /** @type {string | undefined} opaque; the last one that was seen, where the server gives any */
    this._position = undefined;
    /** @type {string | null} of the connection on which the channel was joined last */
    this._socketId = null;
  }

  /** What a subscription says of it: nothing at the first one. */
  get request() {
    return this._position === undefined ? {} : { position: this._position, socket_id: this._socketId };
  }

  /** @param {string} [position]   of an event */
  see(position) {
    this._position = position ?? this._position;
  }

  /**
   * The channel is joined. A server that was given a position and gives one says by itself what was missed.
   *
   * @param {string | undefined} position
   * @param {string | null} socketId
   * @returns {boolean} whether nobody knows what was missed
   */
  welcome(position, socketId) {
    const known = this._position !== undefined && position !== undefined;
    const returns = this._socketId !== null && this._socketId !== socketId;
    this._position = position;
    this._socketId = socketId;
    return returns && !known;
  }
}
