import assert from "node:assert/strict";
import { test } from "node:test";
import { Members, NOBODY, difference, rosterOf, withMember, withoutMember } from "../src/members.js";

const ANNA = { name: "Anna" };
const BEN = { name: "Ben" };

test("the difference of two rosters is who came and who went", () => {
  const table = [
    // before, after, added, removed
    [{}, {}, [], []],
    [{}, { 1: ANNA }, ["1"], []],
    [{ 1: ANNA }, {}, [], ["1"]],
    [{ 1: ANNA }, { 1: BEN }, [], []],
    [{ 1: ANNA }, { 2: BEN }, ["2"], ["1"]],
  ];
  for (const [before, after, added, removed] of table) {
    const found = difference(rosterOf(before), rosterOf(after));
    assert.deepEqual(
      [found.added.map(({ id }) => id), found.removed.map(({ id }) => id)],
      [added, removed],
    );
  }
});

test("who went is told with the info that was known", () => {
  assert.deepEqual(difference(rosterOf({ 1: ANNA }), NOBODY).removed, [{ id: "1", info: ANNA }]);
});

test("a changed roster leaves the old one as it was", () => {
  const before = rosterOf({ 1: ANNA });
  assert.deepEqual(Object.keys(withMember(before, { id: "2", info: BEN })), ["1", "2"]);
  assert.deepEqual(Object.keys(withoutMember(before, "1")), []);
  assert.deepEqual(Object.keys(before), ["1"]);
});

test("ids that are names of an object's own members are ids like any other", () => {
  const members = new Members();
  assert.equal(members.get("constructor"), null);
  assert.equal(members.get("__proto__"), null);
  members.members = rosterOf(JSON.parse('{"__proto__": {"name": "Eve"}, "toString": null}'));
  assert.equal(members.count, 2);
  assert.deepEqual(members.get("__proto__"), { id: "__proto__", info: { name: "Eve" } });
  assert.deepEqual(members.get("toString"), { id: "toString", info: null });
});

test("members have Pusher's interface", () => {
  const members = new Members();
  assert.equal(members.me, null);
  members.members = rosterOf({ 1: ANNA, 2: BEN });
  members.myID = "2";
  const seen = [];
  members.each((member) => seen.push(member));
  assert.equal(members.count, 2);
  assert.deepEqual(members.me, { id: "2", info: BEN });
  assert.deepEqual(members.get(1), { id: "1", info: ANNA });
  assert.deepEqual(seen, [
    { id: "1", info: ANNA },
    { id: "2", info: BEN },
  ]);
});
