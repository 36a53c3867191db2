/**
 * What travels on the socket: JSON objects with an event, whose data is mostly JSON in a string (P-TXT, P-EST).
 *
 * @typedef {object} Message
 * @property {string} event
 * @property {any} [data]
 * @property {string} [channel]
 * @property {string} [user_id]   who sent a client event, on presence channels
 * @property {string} [position]   of the channel, where the server keeps what clients may miss
 */

/** @param {unknown} text */
function parsed(text) {
  try {
    return JSON.parse(/** @type {string} */ (text));
  } catch {
    return text;
  }
}

/**
 * @param {unknown} frame
 * @returns {Message | null} null for what is no message
 */
export function decode(frame) {
  const message = parsed(frame);
  if (typeof message?.event !== "string") return null;
  return typeof message.data === "string" ? { ...message, data: parsed(message.data) } : message;
}
