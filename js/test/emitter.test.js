import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../src/emitter.js";
import { listenToConsole } from "./fakes.js";

test("handlers get data and metadata, global ones the event's name before them", () => {
  const heard = [];
  new Emitter()
    .bind("a", (...args) => heard.push(args))
    .bind("b", () => heard.push("never"))
    .bind_global((...args) => heard.push(args))
    .emit("a", 1, { user_id: "7" });
  assert.deepEqual(heard, [
    ["a", 1, { user_id: "7" }],
    [1, { user_id: "7" }],
  ]);
});

test("a handler that throws is reported and the others are called", (t) => {
  const said = listenToConsole(t);
  const heard = [];
  const fail = () => {
    throw new Error("from the page's own code");
  };
  new Emitter().bind_global(fail).bind("a", fail).bind("a", () => heard.push("a")).emit("a");
  assert.deepEqual(heard, ["a"]);
  assert.equal(said.error.length, 2);
  assert.match(said.error[0], /from the page's own code/);
});

test("unbind takes away one handler, an event's handlers, or all", () => {
  const heard = [];
  const one = () => heard.push("one");
  const two = () => heard.push("two");
  const emitter = new Emitter().bind("a", one).bind("a", two).bind("b", two);
  emitter.unbind("a", one).emit("a");
  assert.deepEqual(heard, ["two"]);
  emitter.unbind("a").emit("a");
  assert.deepEqual(heard, ["two"]);
  emitter.unbind(undefined, two).emit("b");
  emitter.bind("b", one).unbind().emit("b");
  assert.deepEqual(heard, ["two"]);
});

test("unbind_global takes away one handler, or all", () => {
  const heard = [];
  const one = () => heard.push("one");
  const two = () => heard.push("two");
  const emitter = new Emitter().bind_global(one).bind_global(two);
  emitter.unbind_global(one).emit("a");
  emitter.unbind_global().emit("a");
  assert.deepEqual(heard, ["two"]);
});

test("a handler bound while an event is told hears the next one", () => {
  const heard = [];
  const emitter = new Emitter();
  emitter.bind("a", () => emitter.bind("a", () => heard.push("late")));
  emitter.emit("a");
  assert.deepEqual(heard, []);
});

test("events named like the members of objects are nothing special", () => {
  assert.doesNotThrow(() => new Emitter().emit("__proto__"));
  assert.doesNotThrow(() => new Emitter().emit("constructor"));
});
