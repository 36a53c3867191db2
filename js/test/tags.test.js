import assert from "node:assert/strict";
import { test } from "node:test";
import { run, serverOptions } from "../src/tags.js";
import { FakePage, SETTINGS, fakePusherClass, listenToConsole } from "./fakes.js";

const SCRIPT = { onairKey: "app-key", onairAuth: "/onair/auth" };
const TAG = { onairChannel: "private-article_7", onairEvent: "update", onairModel: "article" };

/** A page on which the tags' scripts have run, in their order. */
function withTags(...tags) {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  page.notified = [];
  for (const dataset of [SCRIPT, ...tags]) run(page, dataset, (...args) => page.notified.push(args));
  return page;
}

/** What the server publishes on a channel. */
const publish = (page, name, event, data) => page.pusher.channel(name).emit(event, data);

test("the script alone opens no connection", () => {
  const page = withTags();
  assert.equal(page.Pusher.instances.length, 0);
  assert.equal(page.pusher, undefined);
});

test("however many tags, there is one connection, and the page's names for it", () => {
  const page = withTags(TAG, { ...TAG, onairEvent: "view" }, { ...TAG, onairChannel: "article_8" });
  assert.equal(page.Pusher.instances.length, 1);
  assert.equal(page.pusher, page.Pusher.instances[0]);
  assert.equal(page.pusher.key, "app-key");
  assert.equal(page.channel, page.pusher.channel("article_8"));
});

test("an event reaches pusherable_notify and, as a DOM event, any number of listeners", () => {
  const page = withTags(TAG, { ...TAG, onairEvent: "view" });
  const told = [];
  page.document.addEventListener("pusherable:update", ({ detail }) => told.push(detail));
  publish(page, "private-article_7", "update", { user: "anna", object: { id: 7 } });
  const data = { user: "anna", object: { id: 7 }, model: "article" };
  assert.deepEqual(page.notified, [["update", data]]);
  assert.deepEqual(told, [{ event: "update", data, channel: "private-article_7" }]);
});

test("data.model is filled in where there is a place for it", () => {
  const table = [
    [{}, { model: "article" }],
    [{ model: "mine" }, { model: "mine" }],
    ["text", "text"],
    [null, null],
    [[1], [1]],
  ];
  for (const [sent, received] of table) {
    const page = withTags(TAG);
    publish(page, "private-article_7", "update", sent);
    assert.deepEqual(page.notified, [["update", received]]);
  }
});

test("the same tag twice tells an event once", () => {
  const page = withTags(TAG, TAG);
  publish(page, "private-article_7", "update", {});
  assert.equal(page.notified.length, 1);
});

test("a pusherable_notify that throws is reported and keeps nobody from listening", (t) => {
  const said = listenToConsole(t);
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  for (const dataset of [SCRIPT, TAG]) {
    run(page, dataset, () => {
      throw new Error("from the page's own code");
    });
  }
  let told = 0;
  page.document.addEventListener("pusherable:update", () => told++);
  publish(page, "private-article_7", "update", {});
  assert.equal(told, 1);
  assert.match(said.error[0], /from the page's own code/);
});

test("without pusher-js or its settings the tag says which tag to put before it", (t) => {
  const said = listenToConsole(t);
  const noLibrary = new FakePage();
  run(noLibrary, SCRIPT, () => {});
  run(noLibrary, TAG, () => {});
  const noSettings = new FakePage();
  noSettings.Pusher = fakePusherClass();
  run(noSettings, TAG, () => {});
  assert.equal(said.error.length, 2);
  for (const text of said.error) assert.match(text, /\{% pusherable_script %\}/);
});

test("a file that no tag has loaded does nothing", () => {
  const page = new FakePage();
  run(page, undefined, () => {});
  assert.equal(page.pusher, undefined);
});

test("pusher-js is told where the server is, whichever it is", () => {
  const plain = { forceTLS: false, enabledTransports: ["ws"] };
  const secure = { forceTLS: true, enabledTransports: ["ws", "wss"] };
  const table = [
    // page, settings, options
    [
      "http://127.0.0.1:8000",
      {},
      { ...plain, cluster: "mt1", wsHost: "127.0.0.1", wsPort: 8000, wssPort: 8000, wsPath: "" },
    ],
    [
      "http://site.test",
      {},
      { ...plain, cluster: "mt1", wsHost: "site.test", wsPort: 80, wssPort: 443, wsPath: "" },
    ],
    [
      "https://site.test",
      {},
      { ...secure, cluster: "mt1", wsHost: "site.test", wsPort: 80, wssPort: 443, wsPath: "" },
    ],
    [
      "http://[::1]:8000",
      {},
      { ...plain, cluster: "mt1", wsHost: "[::1]", wsPort: 8000, wssPort: 8000, wsPath: "" },
    ],
    [
      "http://site.test",
      { url: "wss://live.test:6001/some/prefix/" },
      { ...secure, cluster: "mt1", wsHost: "live.test", wsPort: 6001, wssPort: 6001, wsPath: "/some/prefix" },
    ],
    [
      "http://site.test",
      { cluster: "eu" },
      { ...secure, cluster: "eu", wsHost: "ws-eu.pusher.com", wsPort: 80, wssPort: 443, wsPath: "" },
    ],
  ];
  for (const [page, settings, options] of table) {
    assert.deepEqual(serverOptions({ ...SETTINGS, ...settings }, new URL(page)), options);
  }
});

test("private channels of one tick are authorised together, with the tags' grants", async () => {
  const page = withTags({ ...TAG, onairGrant: "signed" }, { ...TAG, onairChannel: "private-article_8" });
  page.pusher.moves("connected", "9.9");
  const answers = await Promise.all([
    page.pusher.authorize("private-article_7"),
    page.pusher.authorize("private-article_8"),
  ]);
  assert.deepEqual(answers, [{ auth: "key:private-article_7" }, { auth: "key:private-article_8" }]);
  assert.deepEqual(page.requests.map(({ json }) => json), [
    {
      socket_id: "9.9",
      channels: [{ name: "private-article_7", grant: "signed" }, { name: "private-article_8" }],
    },
  ]);
});

test("a refused authorisation is an error for pusher-js", async () => {
  const page = withTags(TAG);
  page.pusher.moves("connected", "9.9");
  page.endpoint = () => ({ error: "Log in." });
  assert.equal((await page.pusher.authorize("private-article_7")).message, "Log in.");
});

test("the connection that the page's own code has made is used, and keeps its authorisation", async () => {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  const own = new page.Pusher("app-key");
  own.config.channelAuthorizer = (_request, callback) => callback(null, { auth: "theirs" });
  for (const dataset of [SCRIPT, { ...TAG, onairGrant: "signed" }]) run(page, dataset, () => {});
  own.moves("connected");
  assert.equal(page.Pusher.instances.length, 1);
  assert.equal(page.pusher, own);
  assert.deepEqual(await own.authorize("private-article_7"), { auth: "key:private-article_7" });
  assert.deepEqual(await own.authorize("private-other"), { auth: "theirs" });
});

test("a connection to another app is not mistaken for ours", () => {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  const other = (page.pusher = new page.Pusher("another-key"));
  for (const dataset of [SCRIPT, TAG]) run(page, dataset, () => {});
  assert.equal(other.channel("private-article_7"), undefined);
  assert.equal(page.Pusher.instances.length, 2);
});

test("that no server answers is told once", (t) => {
  const said = listenToConsole(t);
  const page = withTags(TAG);
  page.pusher.moves("unavailable");
  page.pusher.moves("connecting");
  page.pusher.moves("unavailable");
  assert.equal(said.error.length, 1);
  assert.match(said.error[0], /no server answers at ws:\/\/site\.test:8000\/app\/app-key\./);
});

test("a server that has answered, or a page without a network, is no missing server", (t) => {
  const said = listenToConsole(t);
  const met = withTags(TAG);
  met.pusher.moves("connected");
  met.pusher.moves("unavailable");
  const offline = withTags(TAG);
  offline.navigator.onLine = false;
  offline.pusher.moves("unavailable");
  assert.deepEqual(said.error, []);
});

test("a server that has no place for the page is told with its reason, unless it takes the page in between", (t) => {
  const said = listenToConsole(t);
  const { pusher } = withTags(TAG);
  const error = { error: { data: { code: 4100, message: "Process 7 serves this site" } } };
  const turnAway = (times) => {
    for (let i = 0; i < times; i++) pusher.connection.emit("error", error);
  };
  turnAway(2);
  pusher.moves("connected");
  turnAway(2);
  assert.deepEqual(said.warn, []);
  turnAway(6);
  assert.equal(said.warn.length, 1);
  assert.match(said.warn[0], /4100: Process 7 serves this site/);
});

test("a refusal by the server is told with its remedy, another error is not", (t) => {
  const said = listenToConsole(t);
  const page = withTags(TAG);
  page.pusher.connection.emit("error", { data: { code: 4301, message: "Too many client events" } });
  page.pusher.connection.emit("error", { error: { data: { code: 1006 } } });
  page.pusher.connection.emit("error", { error: { data: { code: 4009, message: "Origin" } } });
  assert.equal(said.error.length, 1);
  assert.match(said.error[0], /4009: Origin.*CSRF_TRUSTED_ORIGINS/);
});

test("a connection that the site ends is not told of its origin, until it is refused at the next try", (t) => {
  const said = listenToConsole(t);
  const { pusher } = withTags(TAG);
  const end = () => pusher.connection.emit("error", { error: { data: { code: 4009, message: "Terminated" } } });
  pusher.moves("connected");
  end();
  pusher.moves("connecting");
  end();
  assert.match(said.error[0], /has ended this page's connection/);
  assert.match(said.error[1], /CSRF_TRUSTED_ORIGINS/);
});
