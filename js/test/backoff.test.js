import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST, PACE, delay } from "../src/backoff.js";

test("the wait is anywhere between the floor and a bound that doubles up to the longest", () => {
  const table = [
    // pace, attempt, least, most
    [PACE, 0, 0, 1000],
    [PACE, 1, 0, 2000],
    [PACE, 4, 0, 16_000],
    [PACE, 5, 0, LONGEST],
    [PACE, 5000, 0, LONGEST],
    [{ floor: 1000, spread: 2000 }, 0, 1000, 3000],
    [{ floor: 1000, spread: 2000 }, 9, 1000, 1000 + LONGEST],
  ];
  for (const [pace, attempt, least, most] of table) {
    assert.equal(delay(pace, attempt, 0), least);
    assert.equal(delay(pace, attempt, 1), most);
    assert.equal(delay(pace, attempt, 0.5), (least + most) / 2);
  }
});
