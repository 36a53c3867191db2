import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "../src/client.js";
import { run } from "../src/tags.js";
import { FakePage, fakePusherClass, listenToConsole, settled } from "./fakes.js";

const DATASET = { onairKey: "app-key", onairAuth: "/onair/auth", onairUserAuth: "/onair/user-auth" };
const CHANNEL = "#server-to-user-7";

/** A page with a connection on which the site has been asked who the visitor is. */
async function asking(dataset = DATASET) {
  const page = new FakePage();
  start(page, dataset);
  const { onair } = page;
  onair.signin();
  page.socket.accepts("1.1");
  await settled();
  return { page, onair, user: onair.user };
}

/** The same, where the server has let the visitor in. */
async function signedIn() {
  const all = await asking();
  all.page.socket.signsIn("7");
  all.page.socket.welcomes(CHANNEL, {}, "u0");
  return all;
}

async function reconnect(page, socketId) {
  page.socket.drops();
  page.happens("online");
  page.socket.accepts(socketId);
  await settled();
}

const signIns = ({ socket }) => socket.sentAs("pusher:signin");
const subscriptions = ({ socket }) => socket.sentAs("pusher:subscribe");

test("the site says who the visitor is, and the server is told with its signature", async () => {
  const { page, user } = await asking();
  assert.deepEqual(page.requests.map(({ url, json }) => [url, json]), [["/onair/user-auth", { socket_id: "1.1" }]]);
  assert.deepEqual(signIns(page), [{ auth: "key:1.1", user_data: '{"id":"7"}' }]);
  assert.deepEqual([user.signedIn, user.id, subscriptions(page)], [false, null, []]);
  const heard = [];
  user.bind("pusher:signin_success", (data) => heard.push(data));
  page.socket.signsIn("7");
  assert.deepEqual([user.signedIn, user.id, heard], [true, "7", [{ id: "7" }]]);
  assert.deepEqual(subscriptions(page), [{ channel: CHANNEL, auth: "", resume: {} }]);
});

test("asking twice signs in once", async () => {
  const { page, onair } = await signedIn();
  onair.signin();
  await settled();
  assert.equal(page.requests.length, 1);
});

test("nobody is signed in unasked", async () => {
  const page = new FakePage();
  start(page, DATASET);
  page.onair.connect();
  page.socket.accepts();
  await settled();
  assert.equal(page.requests.length, 0);
});

test("what is sent to the user is heard by the user's handlers, and nothing of the protocol is", async () => {
  const { page, onair, user } = await signedIn();
  const heard = [];
  user.bind_global((event, data) => heard.push([event, data]));
  onair.bind("note", (data, { channel }) => heard.push([channel, data]));
  page.socket.says("note", '{"text":"hi"}', { channel: CHANNEL });
  page.socket.welcomes(CHANNEL);
  assert.deepEqual(heard, [
    ["note", { text: "hi" }],
    [CHANNEL, { text: "hi" }],
  ]);
});

test("each connection signs in again, and the user's channel goes on from where it was", async () => {
  const { page, user } = await signedIn();
  const heard = [];
  user.bind_global((event) => heard.push(event));
  page.socket.says("note", "1", { channel: CHANNEL, position: "u1" });
  page.socket.drops();
  assert.equal(user.signedIn, false);
  await reconnect(page, "2.2");
  assert.deepEqual(signIns(page), [{ auth: "key:2.2", user_data: '{"id":"7"}' }]);
  assert.deepEqual(subscriptions(page), []);
  page.socket.signsIn("7");
  assert.deepEqual(subscriptions(page), [
    { channel: CHANNEL, auth: "", resume: { position: "u1", socket_id: "1.1" } },
  ]);
  page.socket.welcomes(CHANNEL, {}, "u1");
  page.socket.says("note", "2", { channel: CHANNEL, position: "u2" });
  assert.deepEqual(heard, ["note", "pusher:signin_success", "note"]);
});

test("a gap in what was sent to the user is told to the user's handlers", async () => {
  const { page, user } = await signedIn();
  const heard = [];
  user.bind("onair:gap", () => heard.push("gap"));
  await reconnect(page, "2.2");
  page.socket.signsIn("7");
  page.socket.welcomes(CHANNEL);
  assert.deepEqual(heard, ["gap"]);
});

test("another visitor on the next connection has another channel, and the first one's is left", async () => {
  const { page, onair, user } = await signedIn();
  await reconnect(page, "2.2");
  page.socket.signsIn("8");
  assert.equal(user.id, "8");
  assert.deepEqual(subscriptions(page).map(({ channel }) => channel), ["#server-to-user-8"]);
  assert.equal(onair.channel(CHANNEL), undefined);
});

test("an answer for a connection that is gone is not used", async () => {
  const { page } = await asking();
  let answer;
  const { userEndpoint } = page;
  page.userEndpoint = () => new Promise((resolve) => (answer = resolve));
  await reconnect(page, "2.2");
  page.userEndpoint = userEndpoint;
  await reconnect(page, "3.3");
  answer({ auth: "of the second connection", user_data: '{"id":"7"}' });
  await settled();
  assert.deepEqual(signIns(page), [{ auth: "key:3.3", user_data: '{"id":"7"}' }]);
});

test("a refusal is told with its remedy, and the page may ask again", async (t) => {
  const table = [
    // dataset, answer, words, status
    [DATASET, () => ({ error: "Log in first.", status: 403 }), "Log in first.", 403],
    [DATASET, () => new Response("<h1>CSRF failed</h1>", { status: 403 }), "CSRF_TRUSTED_ORIGINS", 403],
    [{ ...DATASET, onairUserAuth: undefined }, undefined, 'include("onair.urls")', 404],
  ];
  for (const [dataset, answer, words, status] of table) {
    const said = listenToConsole(t);
    const page = new FakePage();
    page.userEndpoint = answer;
    start(page, dataset);
    const errors = [];
    page.onair.user.bind("pusher:signin_error", (error) => errors.push(error));
    page.onair.signin();
    page.socket.accepts("1.1");
    await settled();
    assert.equal(errors.length, 1);
    assert.deepEqual([errors[0].type, errors[0].status], ["AuthError", status]);
    assert.ok(errors[0].error.includes(words), errors[0].error);
    assert.match(said.warn[0], /^onair: the sign-in is refused\. /);
    page.onair.signin();
    await settled();
    assert.equal(errors.length, 2);
    t.mock.restoreAll();
  }
});

test("a network that fails loses no sign-in", async () => {
  const page = new FakePage();
  const { userEndpoint } = page;
  page.userEndpoint = () => new TypeError("Failed to fetch");
  start(page, DATASET);
  page.onair.signin();
  page.socket.accepts("1.1");
  await settled();
  page.userEndpoint = userEndpoint;
  page.clock.advance(500);
  await settled();
  assert.equal(signIns(page).length, 1);
});

test("the watchlist tells who comes and goes", async () => {
  const { page, onair, user } = await signedIn();
  const heard = [];
  for (const name of ["online", "offline"]) {
    user.watchlist.bind(name, ({ user_ids }) => heard.push([name, user_ids]));
  }
  onair.bind_global((event) => heard.push(event));
  const events = [
    { name: "online", user_ids: ["8"] },
    { name: "offline", user_ids: ["9", "10"] },
  ];
  page.socket.says("pusher_internal:watchlist_events", JSON.stringify({ events }));
  assert.deepEqual(heard, [
    ["online", ["8"]],
    ["offline", ["9", "10"]],
  ]);
});

/** A page whose own Pusher is connected. */
function withPusher() {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  const pusher = (page.pusher = new page.Pusher("app-key"));
  start(page, DATASET);
  page.onair.connect();
  pusher.moves("connected", "9.9");
  return { page, pusher, onair: page.onair, user: page.onair.user };
}

test("the page's Pusher signs in where there is one, and asks our endpoint", async () => {
  const { page, pusher, onair, user } = withPusher();
  onair.signin();
  assert.equal(pusher.signIns, 1);
  assert.deepEqual(await pusher.authenticate(), { auth: "key:9.9", user_data: '{"id":"7"}' });
  assert.deepEqual(page.requests[0].json, { socket_id: "9.9" });
  const heard = [];
  user.bind_global((event, data) => heard.push([event, data]));
  user.watchlist.bind("online", ({ user_ids }) => heard.push(["online", user_ids]));
  pusher.signsIn("7");
  pusher.user.emit("note", { text: "hi" });
  pusher.user.watchlist.emit("online", { name: "online", user_ids: ["8"] });
  assert.deepEqual([user.signedIn, user.id], [true, "7"]);
  assert.deepEqual(heard, [
    ["pusher:signin_success", { id: "7" }],
    ["note", { text: "hi" }],
    ["online", ["8"]],
  ]);
  pusher.moves("connecting");
  assert.equal(user.signedIn, false);
});

test("over the page's Pusher each return of a user is a gap in what was sent to that user", () => {
  const { page, pusher, onair, user } = withPusher();
  const gaps = [];
  user.bind("onair:gap", () => gaps.push(user.id));
  onair.bind("onair:gap", (_data, { channel }) => gaps.push(channel));
  page.document.addEventListener("onair:gap", ({ detail }) => gaps.push(detail));
  pusher.signsIn("7");
  pusher.moves("connected", "2.2");
  pusher.signsIn("7");
  assert.deepEqual(gaps, ["7", CHANNEL, { channel: CHANNEL }]);
  pusher.moves("connected", "3.3");
  pusher.signsIn("8");
  assert.equal(gaps.length, 3);
});

test("over the page's Pusher a refusal reaches it, with the remedy in the console", async (t) => {
  const said = listenToConsole(t);
  const { page, pusher, onair } = withPusher();
  page.userEndpoint = () => ({ error: "Log in first.", status: 403 });
  onair.signin();
  assert.equal((await pusher.authenticate()).message, "Log in first.");
  assert.match(said.warn[0], /Log in first\./);
});

test("a pusher-js that cannot sign in is told so", () => {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  page.pusher = Object.assign(new page.Pusher("app-key"), { user: undefined });
  start(page, DATASET);
  assert.throws(() => page.onair.signin(), /version 7\.1/);
});

test("the connection of the tags signs in by the site's endpoint, too", async () => {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  run(page, { ...DATASET, onairChannel: "news", onairEvent: "saved" }, () => {});
  page.pusher.moves("connected", "9.9");
  assert.deepEqual(await page.pusher.authenticate(), { auth: "key:9.9", user_data: '{"id":"7"}' });
});
