/** How long to wait before the next try: exponential, with full jitter, so that no herd forms. */

/** No wait is longer than this above its floor, in milliseconds. */
export const LONGEST = 30_000;

/**
 * @typedef {object} Pace
 * @property {number} floor    the least to wait, in milliseconds
 * @property {number} spread   the range above the floor for the first try; it doubles with each further one
 */

/** @type {Pace} */
export const PACE = { floor: 0, spread: 1000 };

/**
 * @param {Pace} pace
 * @param {number} attempt   how many tries have failed before
 * @param {number} random    from 0 up to 1
 * @returns {number} milliseconds
 */
export function delay({ floor, spread }, attempt, random) {
  return floor + random * Math.min(LONGEST, spread * 2 ** attempt);
}
