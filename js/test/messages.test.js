import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../src/messages.js";

test("data is decoded twice where it is JSON in a string, and left as it is elsewhere", () => {
  const table = [
    ['{"event":"a","data":"{\\"x\\":1}"}', { event: "a", data: { x: 1 } }],
    ['{"event":"a","data":{"x":1}}', { event: "a", data: { x: 1 } }],
    ['{"event":"a","data":"no json"}', { event: "a", data: "no json" }],
    ['{"event":"a","data":"null","channel":"c"}', { event: "a", data: null, channel: "c" }],
    ['{"event":"a"}', { event: "a" }],
  ];
  for (const [frame, message] of table) assert.deepEqual(decode(frame), message);
});

test("what is no message is nothing", () => {
  for (const frame of ["", "no json", "null", "[]", "7", '{"event":7}', new ArrayBuffer(2)]) {
    assert.equal(decode(frame), null);
  }
});
