import assert from "node:assert/strict";
import { test } from "node:test";
import { hastenReturn } from "../src/comeback.js";
import { FakePage, fakePusherClass } from "./fakes.js";

/** A page's pusher-js, and how often it has begun to connect. */
function hastened() {
  const page = new FakePage();
  const pusher = new (fakePusherClass())("app-key");
  hastenReturn(page, pusher);
  const met = { page, pusher, tries: 0 };
  pusher.connection.bind("connecting", () => met.tries++);
  return met;
}

test("a connection that was lost tries again within seconds, at growing distances, and then no more", () => {
  const met = hastened();
  met.pusher.moves("connected");
  met.pusher.moves("connecting");
  // random is a half: each wait is the floor and half of its doubling spread
  for (const [milliseconds, tries] of [[1499, 1], [1, 2], [1999, 2], [1, 3], [3000, 4], [5000, 5], [3_600_000, 5]]) {
    met.page.clock.advance(milliseconds);
    assert.equal(met.tries, tries);
  }
});

test("a first handshake is left alone, however slow", () => {
  const met = hastened();
  met.pusher.moves("connecting");
  met.page.clock.advance(3_600_000);
  assert.equal(met.tries, 1);
});

test("who has come back, or was told to go, tries no more", () => {
  for (const state of ["connected", "disconnected", "unavailable"]) {
    const met = hastened();
    met.pusher.moves("connected");
    met.pusher.moves("connecting");
    met.pusher.moves(state);
    met.page.clock.advance(3_600_000);
    assert.equal(met.tries, 1, state);
  }
});

test("the next loss is met with the same patience", () => {
  const met = hastened();
  for (let loss = 1; loss <= 2; loss++) {
    met.pusher.moves("connected");
    met.pusher.moves("connecting");
    met.page.clock.advance(1500);
    assert.equal(met.tries, 2 * loss);
  }
});
