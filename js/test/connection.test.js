import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../src/connection.js";
import { FakePage, listenToConsole } from "./fakes.js";

const URL = "ws://site.test/app/key?protocol=7";

function open(page = new FakePage()) {
  const states = [];
  const received = [];
  const connection = new Connection(page, URL, {
    changed: (state) => states.push(state),
    received: (message) => received.push(message),
  });
  connection.connect();
  return { page, connection, states, received };
}

function opened() {
  const all = open();
  all.page.socket.accepts();
  return all;
}

/** Fail the present try and let the clock run to the next. */
function fail(page, code) {
  page.socket.drops(code);
  page.clock.advance(page.clock.pending[0]);
}

test("the server's first message connects", () => {
  const { page, connection, states } = open();
  assert.equal(page.socket.url, URL);
  assert.equal(connection.socketId, null);
  page.socket.accepts("12.34");
  assert.equal(connection.socketId, "12.34");
  assert.deepEqual(states, ["connecting", "connected"]);
});

test("connecting twice opens one socket", () => {
  const { page, connection } = open();
  connection.connect();
  assert.equal(page.sockets.length, 1);
});

test("nothing is sent before there is a socket id", () => {
  const { page, connection } = open();
  assert.equal(connection.send({ event: "a" }), false);
  page.socket.accepts();
  assert.equal(connection.send({ event: "a" }), true);
  assert.deepEqual(page.socket.sent, [{ event: "a" }]);
});

test("after a loss the first try is soon and 'connecting', further ones are later and 'unavailable'", () => {
  const { page, states } = opened();
  page.clock.advance(10_000);
  page.socket.drops();
  assert.deepEqual(page.clock.pending, [500]);
  page.clock.advance(500);
  page.socket.drops();
  assert.deepEqual(page.clock.pending, [1000]);
  page.clock.advance(1000);
  page.socket.drops();
  assert.deepEqual(page.clock.pending, [2000]);
  page.clock.advance(2000);
  page.socket.accepts("2.2");
  assert.deepEqual(states, ["connecting", "connected", "connecting", "unavailable", "connected"]);
});

test("close codes decide when the next try is", () => {
  const table = [
    // code, wait with random 0, wait with random 1
    [1000, 0, 1000],
    [1001, 0, 1000],
    [1006, 0, 1000],
    [4100, 1000, 3000],
    [4200, 0, 500],
    [4201, 0, 500],
    [4202, 0, 500],
    [4301, 0, 1000],
  ];
  for (const [code, least, most] of table) {
    for (const [random, wait] of [[0, least], [1, most]]) {
      const { page } = opened();
      page.random = random;
      page.clock.advance(10_000);
      page.socket.drops(code);
      assert.deepEqual([code, page.clock.pending], [code, [wait]]);
    }
  }
});

test("a connection that the server ends at once again and again is tried ever more rarely", () => {
  const { page } = opened();
  const waits = [];
  for (let i = 0; i < 4; i++) {
    page.socket.drops(4200);
    waits.push(page.clock.pending[0]);
    page.clock.advance(page.clock.pending[0]);
    page.socket.accepts();
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000]);
});

test("4000 to 4099 are refusals: one message, and never again", (t) => {
  for (const code of [4000, 4001, 4009, 4099]) {
    const said = listenToConsole(t);
    const { page, states } = open();
    page.socket.drops(code, "No such app");
    page.happens("online");
    page.becomes("visible");
    page.clock.advance(10_000_000);
    assert.equal(page.sockets.length, 1);
    assert.deepEqual(states, ["connecting", "refused"]);
    assert.equal(said.error.length, 1);
    assert.match(said.error[0], new RegExp(`${code}: No such app`));
    t.mock.restoreAll();
  }
});

test("a page that is closed for good after it was taken is told that its connection was ended", (t) => {
  const said = listenToConsole(t);
  const { page, connection } = opened();
  page.socket.drops(4009, "The user's connections were terminated");
  assert.equal(connection.state, "refused");
  assert.match(said.error[0], /has ended this page's connection/);
});

test("a refusal's message counts even when its close code is lost on the way", (t) => {
  const said = listenToConsole(t);
  const { page, states } = open();
  page.socket.says("pusher:error", { code: 4001, message: "No such app" });
  page.socket.drops(1006);
  assert.deepEqual(states, ["connecting", "refused"]);
  assert.match(said.error[0], /4001: No such app/);
});

test("after a refusal connect() tries again", (t) => {
  listenToConsole(t);
  const { page, connection } = open();
  page.socket.drops(4009);
  connection.connect();
  page.socket.accepts();
  assert.equal(connection.state, "connected");
});

test("the fifth try that nobody has ever answered is told once, and tries become rare", (t) => {
  const said = listenToConsole(t);
  const { page, connection } = open();
  for (let i = 0; i < 4; i++) fail(page);
  assert.equal(said.error.length, 0);
  page.socket.drops();
  assert.equal(said.error.length, 1);
  for (const word of ["ws://site.test/app/key.", "runserver", "onair serve", "onair.asgi", "ONAIR_URL"]) {
    assert.ok(said.error[0].includes(word), word);
  }
  assert.equal(page.sockets.length, 5);
  assert.deepEqual(page.clock.pending, [315_000]);
  page.clock.advance(315_000);
  fail(page);
  fail(page);
  assert.equal(said.error.length, 1);
  assert.equal(connection.state, "unavailable");
});

test("a page that nobody has answered tries at once when the network comes or somebody looks", (t) => {
  listenToConsole(t);
  const { page } = open();
  for (let i = 0; i < 4; i++) fail(page);
  page.socket.drops();
  page.happens("online");
  assert.equal(page.sockets.length, 6);
  page.socket.drops();
  page.becomes("visible");
  assert.equal(page.sockets.length, 7);
});

test("a server that has answered once is never said to be missing", (t) => {
  const said = listenToConsole(t);
  const { page } = opened();
  for (let i = 0; i < 12; i++) fail(page);
  assert.equal(said.error.length, 0);
  assert.ok(page.clock.pending[0] <= 30_000);
});

test("a server that is full is not said to be missing", (t) => {
  const said = listenToConsole(t);
  const { page } = open();
  for (let i = 0; i < 8; i++) fail(page, 4100);
  assert.equal(said.error.length, 0);
});

test("a server that has no place for the page is told with its reason, unless it takes the page in between", (t) => {
  const said = listenToConsole(t);
  const { page } = open();
  const turnAway = () => {
    page.socket.says("pusher:error", { code: 4100, message: "Process 7 serves this site" });
    fail(page, 4100);
  };
  turnAway();
  turnAway();
  page.socket.accepts();
  turnAway();
  turnAway();
  assert.deepEqual(said.warn, []);
  for (let i = 0; i < 6; i++) turnAway();
  assert.equal(said.warn.length, 1);
  assert.match(said.warn[0], /4100: Process 7 serves this site/);
});

test("a page without a network is not told that there is no server", (t) => {
  const said = listenToConsole(t);
  const page = new FakePage();
  page.navigator.onLine = false;
  const { states } = open(page);
  for (let i = 0; i < 8; i++) fail(page);
  assert.equal(said.error.length, 0);
  assert.deepEqual(states, ["connecting", "unavailable"]);
});

test("a handshake without an answer is given up after ten seconds", () => {
  const { page } = open();
  const first = page.socket;
  page.clock.advance(9_999);
  assert.equal(first.closed, false);
  page.clock.advance(1);
  assert.equal(first.closed, true);
  page.clock.advance(500);
  assert.equal(page.sockets.length, 2);
});

test("a socket that the page's policy forbids is a failed try", (t) => {
  const said = listenToConsole(t);
  const page = new FakePage();
  page.WebSocket = class {
    constructor() {
      throw new Error("SecurityError");
    }
  };
  open(page);
  for (let i = 0; i < 4; i++) page.clock.advance(page.clock.pending[0]);
  assert.equal(said.error.length, 1);
  assert.ok(said.error[0].includes("connect-src"));
});

test("silence is answered by a ping, and the lack of a pong within 30 seconds by a new connection", () => {
  const { page } = opened();
  const first = page.socket;
  page.clock.advance(29_999);
  assert.deepEqual(first.sent, []);
  page.clock.advance(1);
  assert.deepEqual(first.sent, [{ event: "pusher:ping", data: {} }]);
  page.clock.advance(29_999);
  assert.equal(first.closed, false);
  page.clock.advance(1);
  assert.equal(first.closed, true);
  page.clock.advance(500);
  assert.equal(page.sockets.length, 2);
});

test("any message is a sign of life", () => {
  const { page } = opened();
  page.clock.advance(29_000);
  page.socket.says("news", "{}", { channel: "a" });
  page.clock.advance(29_000);
  assert.deepEqual(page.socket.sent, []);
  page.clock.advance(1_000);
  page.socket.says("pusher:pong", {});
  page.clock.advance(29_000);
  assert.equal(page.sockets.length, 1);
});

test("the client's own patience with silence is two minutes", () => {
  for (const serverWants of [3600, 0]) {
    const { page } = open();
    page.socket.accepts("1.1", serverWants);
    assert.deepEqual(page.clock.pending, [120_000]);
  }
});

test("the server's ping gets a pong", () => {
  const { page, received } = opened();
  page.socket.says("pusher:ping", {});
  assert.deepEqual(page.socket.sent, [{ event: "pusher:pong", data: {} }]);
  assert.deepEqual(received, []);
});

test("junk disturbs nothing", () => {
  const { page, received, connection } = opened();
  for (const frame of ["", "junk", "[]", '{"event":1}']) page.socket.saysRaw(frame);
  assert.deepEqual(received, []);
  assert.equal(connection.state, "connected");
});

test("why the server will close is no news of its own", (t) => {
  const said = listenToConsole(t);
  const { page, received } = opened();
  page.clock.advance(10_000);
  page.socket.says("pusher:error", { code: 4100, message: "Over capacity" });
  page.socket.drops(1006);
  assert.deepEqual(page.clock.pending, [2000]);
  assert.deepEqual([said.warn, said.error, received], [[], [], []]);
});

test("an error on a connection is told and closes nothing", (t) => {
  const said = listenToConsole(t);
  const { page, received, connection } = opened();
  page.socket.says("pusher:error", { code: 4301, message: "Too many client events" });
  assert.match(said.warn[0], /Too many client events \(4301\)/);
  assert.equal(received[0].event, "pusher:error");
  assert.equal(connection.state, "connected");
});

test("what wakes a waiting page", () => {
  const table = {
    online: (page) => page.happens("online"),
    visible: (page) => page.becomes("visible"),
    "back from the cache": (page) => page.happens("pageshow", { persisted: true }),
  };
  for (const [name, wake] of Object.entries(table)) {
    const { page } = opened();
    page.socket.drops();
    wake(page);
    assert.equal(page.sockets.length, 2, name);
    assert.deepEqual(page.clock.pending, [10_000], name);
  }
});

test("what does not wake a waiting page", () => {
  const table = {
    offline: (page) => page.happens("offline"),
    hidden: (page) => page.becomes("hidden"),
    "the first show": (page) => page.happens("pageshow", { persisted: false }),
  };
  for (const [name, happen] of Object.entries(table)) {
    const { page } = opened();
    page.socket.drops();
    happen(page);
    assert.equal(page.sockets.length, 1, name);
  }
});

test("a connected page looks whether its connection has survived, with less patience", () => {
  const table = {
    online: (page) => page.happens("online"),
    offline: (page) => page.happens("offline"),
    visible: (page) => page.becomes("visible"),
  };
  for (const [name, happen] of Object.entries(table)) {
    const { page, connection } = opened();
    happen(page);
    assert.equal(page.socket.sent[0].event, "pusher:ping", name);
    page.clock.advance(5_000);
    assert.equal(page.sockets[0].closed, true, name);
    assert.notEqual(connection.state, "connected");
  }
});

test("a page that goes into the back/forward cache leaves, and returns when it is shown", () => {
  const { page, connection, states } = opened();
  page.happens("pagehide", { persisted: true });
  assert.equal(page.sockets[0].closed, true);
  assert.deepEqual(page.clock.pending, []);
  page.happens("pageshow", { persisted: true });
  page.socket.accepts("2.2");
  assert.equal(connection.socketId, "2.2");
  assert.deepEqual(states, ["connecting", "connected", "unavailable", "connected"]);
});

test("disconnect() ends the connection, and nothing wakes it but connect()", () => {
  const { page, connection, states } = opened();
  connection.disconnect();
  assert.equal(page.socket.closed, true);
  page.happens("online");
  page.happens("pagehide");
  page.happens("pageshow", { persisted: true });
  page.clock.advance(1_000_000);
  assert.equal(page.sockets.length, 1);
  connection.connect();
  page.socket.accepts();
  assert.deepEqual(states, ["connecting", "connected", "disconnected", "connecting", "connected"]);
});

test("a handler that disconnects while it is told of 'connecting' is obeyed", () => {
  const page = new FakePage();
  const connection = new Connection(page, URL, {
    changed: (state) => state === "connecting" && connection.disconnect(),
    received: () => {},
  });
  connection.connect();
  assert.equal(connection.state, "disconnected");
  assert.equal(page.sockets.length, 0);
});

test("what an abandoned socket still says is not heard", () => {
  const { page, connection, states } = opened();
  const first = page.socket;
  connection.disconnect();
  first.accepts("6.6");
  first.drops();
  assert.equal(connection.socketId, null);
  assert.deepEqual(states, ["connecting", "connected", "disconnected"]);
});
