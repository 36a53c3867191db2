import assert from "node:assert/strict";
import { test } from "node:test";
import { Place } from "../src/place.js";

test("what a channel asks for, and when nobody knows what it has missed", () => {
  const table = [
    // what happens: [socket id, position of the answer, …positions of events]; the last one is judged
    ["a first subscription", [["1.1", "a"]], {}, false],
    ["a first subscription without positions", [["1.1", undefined]], {}, false],
    ["a return", [["1.1", "a"], ["2.2", "a"]], { position: "a", socket_id: "1.1" }, false],
    ["a return after events", [["1.1", "a", "b", "c"], ["2.2", "c"]], { position: "c", socket_id: "1.1" }, false],
    ["an event without a position", [["1.1", "a", undefined], ["2.2", "a"]], { position: "a", socket_id: "1.1" }, false],
    ["a server that says by itself what is lost", [["1.1", "a"], ["2.2", "z"]], { position: "a", socket_id: "1.1" }, false],
    ["a return without positions", [["1.1", undefined], ["2.2", undefined]], {}, true],
    ["a server that has no positions any more", [["1.1", "a"], ["2.2", undefined]], { position: "a", socket_id: "1.1" }, true],
    ["a server that has positions now", [["1.1", undefined], ["2.2", "a"]], {}, true],
    ["a second answer on one connection", [["1.1", undefined], ["1.1", undefined]], {}, false],
    ["a third connection", [["1.1", "a"], ["2.2", "a", "b"], ["3.3", "b"]], { position: "b", socket_id: "2.2" }, false],
  ];
  for (const [name, connections, request, gap] of table) {
    const place = new Place();
    let asked, told;
    for (const [socketId, position, ...events] of connections) {
      asked = place.request;
      told = place.welcome(position, socketId);
      for (const event of events) place.see(event);
    }
    assert.deepEqual([name, asked, told], [name, request, gap]);
  }
});
