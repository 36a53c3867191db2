import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "../src/client.js";
import { FakePage, fakePusherClass, listenToConsole, settled } from "./fakes.js";

const DATASET = { onairKey: "app-key", onairAuth: "/onair/auth" };

/** A page on which onair.js has run. */
function started(page = new FakePage(), dataset = DATASET) {
  start(page, dataset);
  return { page, onair: page.onair };
}

/** The same, with a connection. */
function connected() {
  const all = started();
  all.onair.connect();
  all.page.socket.accepts("1.1");
  return all;
}

/** What was asked of channels, but for what a lost connection would have missed. */
const subscriptions = ({ page }) => page.socket.sentAs("pusher:subscribe").map(({ resume, ...rest }) => rest);

test("the page connects by itself when its scripts have run", () => {
  const { page, onair } = started();
  assert.equal(page.sockets.length, 0);
  assert.equal(onair.state, "disconnected");
  page.document.dispatchEvent(new Event("DOMContentLoaded"));
  page.happens("load");
  assert.equal(page.sockets.length, 1);
});

test("a script that comes after DOMContentLoaded connects when the page has loaded", () => {
  const { page } = started();
  page.happens("load");
  assert.equal(page.sockets.length, 1);
});

test("a script that comes after the page has loaded connects at once", () => {
  const page = new FakePage();
  page.document.readyState = "complete";
  start(page, DATASET);
  assert.equal(page.sockets.length, 1);
});

test("the file may run twice, and an element may have the id 'onair'", () => {
  const { page, onair } = started();
  start(page, DATASET);
  assert.equal(page.onair, onair);
  const other = new FakePage();
  other.onair = { tagName: "DIV" };
  start(other, DATASET);
  assert.equal(typeof other.onair.subscribe, "function");
});

test("without its tag's attributes the script says which tag to use", (t) => {
  const said = listenToConsole(t);
  for (const dataset of [undefined, {}]) {
    const page = new FakePage();
    start(page, dataset);
    assert.equal(page.onair, undefined);
  }
  assert.equal(said.error.length, 2);
  assert.match(said.error[0], /\{% onair_script %\}/);
});

test("each change of state is an event of the document", () => {
  const { page, onair } = started();
  const told = [];
  page.document.addEventListener("onair:state", ({ detail }) => told.push([detail.previous, detail.state, onair.state]));
  onair.connect();
  page.socket.accepts();
  onair.disconnect();
  assert.deepEqual(told, [
    ["disconnected", "connecting", "connecting"],
    ["connecting", "connected", "connected"],
    ["connected", "disconnected", "disconnected"],
  ]);
});

test("the socket id is there while the connection is", () => {
  const { page, onair } = started();
  assert.equal(onair.socketId, null);
  onair.connect();
  page.socket.accepts("12.34");
  assert.equal(onair.socketId, "12.34");
  page.socket.drops();
  assert.equal(onair.socketId, null);
});

test("subscribing connects, and a public channel needs no authorisation", () => {
  const { page, onair } = started();
  const channel = onair.subscribe("news");
  page.socket.accepts();
  assert.deepEqual(subscriptions({ page }), [{ channel: "news", auth: "" }]);
  assert.equal(channel.subscribed, false);
  page.socket.welcomes("news");
  assert.equal(channel.subscribed, true);
  assert.equal(page.requests.length, 0);
});

test("subscribing twice is one subscription and one channel", () => {
  const { page, onair } = connected();
  assert.equal(onair.subscribe("news"), onair.subscribe("news"));
  assert.equal(onair.channel("news"), onair.subscribe("news"));
  assert.equal(onair.channel("other"), undefined);
  assert.equal(subscriptions({ page }).length, 1);
});

test("names only look private when their prefix does", async () => {
  const { page, onair } = connected();
  for (const name of ["privateer", "my-private-room", "presence"]) onair.subscribe(name);
  await settled();
  assert.equal(page.requests.length, 0);
  assert.equal(subscriptions({ page }).length, 3);
});

test("an encrypted channel is refused with what it needs", () => {
  const { onair } = connected();
  for (const name of ["private-encrypted-a", "private-encrypted-cache-a"]) {
    assert.throws(() => onair.subscribe(name), /\{% pusherable_script encryption=True %\}/);
    assert.equal(onair.channel(name), undefined);
  }
});

test("a cache channel is of the kind that its prefix says, and hears that nothing was kept", async () => {
  const table = [
    // name, whether it is authorised
    ["cache-a", false],
    ["private-cache-a", true],
    ["presence-cache-a", true],
  ];
  for (const [name, signed] of table) {
    const { page, onair } = connected();
    const heard = [];
    const channel = onair.subscribe(name).bind("pusher:cache_miss", (data) => heard.push(data));
    await settled();
    page.socket.welcomes(name);
    page.socket.says("pusher:cache_miss", "{}", { channel: name });
    assert.deepEqual([name, page.requests.length, heard], [name, Number(signed), [{}]]);
    assert.equal("members" in channel, name.startsWith("presence-"));
  }
});

test("channels of one tick are authorised together, before and after connecting", async () => {
  const { page, onair } = started();
  onair.subscribe("private-a", { grant: "signed" });
  onair.subscribe("private-b");
  page.socket.accepts("1.1");
  await settled();
  onair.subscribe("private-c");
  onair.subscribe("private-d");
  await settled();
  assert.deepEqual(
    page.requests.map(({ json }) => json.channels),
    [[{ name: "private-a", grant: "signed" }, { name: "private-b" }], [{ name: "private-c" }, { name: "private-d" }]],
  );
  assert.deepEqual(subscriptions({ page })[0], { channel: "private-a", auth: "key:private-a" });
  assert.equal(subscriptions({ page }).length, 4);
});

test("each connection authorises and subscribes again", async () => {
  const { page, onair } = connected();
  const channel = onair.subscribe("private-a", { grant: "signed" });
  onair.subscribe("news");
  await settled();
  page.socket.welcomes("private-a");
  page.socket.drops();
  assert.equal(channel.subscribed, false);
  page.happens("online");
  page.socket.accepts("2.2");
  await settled();
  assert.deepEqual(page.requests.map(({ json }) => json.socket_id), ["1.1", "2.2"]);
  assert.deepEqual(page.requests[1].json.channels, [{ name: "private-a", grant: "signed" }]);
  assert.deepEqual(
    subscriptions({ page }).map(({ channel: name }) => name).sort(),
    ["news", "private-a"],
  );
});

test("an authorisation that comes too late is not used for the next connection", async () => {
  const { page, onair } = connected();
  let answer;
  const { endpoint } = page;
  page.endpoint = () => new Promise((resolve) => (answer = resolve));
  onair.subscribe("private-a");
  await settled();
  page.socket.drops();
  page.endpoint = endpoint;
  page.happens("online");
  page.socket.accepts("2.2");
  answer({ channels: { "private-a": { auth: "of the first connection" } } });
  await settled();
  assert.deepEqual(subscriptions({ page }), [{ channel: "private-a", auth: "key:private-a" }]);
});

test("a channel that was left while it was authorised is not joined", async () => {
  const { page, onair } = connected();
  onair.subscribe("private-a");
  onair.unsubscribe("private-a");
  await settled();
  assert.deepEqual(page.socket.sent, []);
});

test("a refused channel is told, and may ask again with a grant", async (t) => {
  const said = listenToConsole(t);
  const { page, onair } = connected();
  page.endpoint = ({ channels }) => ({
    channels: {
      "private-a": channels[0].grant ? { auth: "k:s" } : { error: "No rule: write one.", status: 403 },
    },
  });
  const errors = [];
  onair.subscribe("private-a").bind("pusher:subscription_error", (error) => errors.push(error));
  await settled();
  assert.deepEqual(errors, [{ type: "AuthError", error: "No rule: write one.", status: 403 }]);
  assert.match(said.warn[0], /private-a is refused. No rule: write one./);
  onair.subscribe("private-a", { grant: "signed" });
  await settled();
  assert.deepEqual(subscriptions({ page }), [{ channel: "private-a", auth: "k:s" }]);
});

test("a subscription that the server refuses may be asked for again", () => {
  const { page, onair } = connected();
  const errors = [];
  onair.subscribe("news").bind("pusher:subscription_error", (error) => errors.push(error.status));
  page.socket.says("pusher:subscription_error", { status: 401 }, { channel: "news" });
  onair.subscribe("news");
  assert.deepEqual(errors, [401]);
  assert.equal(subscriptions({ page }).length, 2);
});

test("a network that fails during authorisation loses no channel", async () => {
  const { page, onair } = connected();
  const { endpoint } = page;
  page.endpoint = () => new TypeError("Failed to fetch");
  onair.subscribe("private-a");
  await settled();
  page.endpoint = endpoint;
  page.clock.advance(500);
  await settled();
  assert.equal(subscriptions({ page }).length, 1);
});

test("events reach their channel's handlers and those of the whole client", () => {
  const { page, onair } = connected();
  const heard = [];
  onair.subscribe("news").bind("saved", (data, { user_id }) => heard.push([data, user_id]));
  onair.bind("saved", (data, { channel }) => heard.push([data, channel]));
  page.socket.says("saved", '{"id":7}', { channel: "news", user_id: "3" });
  page.socket.says("saved", '{"id":8}', { channel: "never joined" });
  assert.deepEqual(heard, [
    [{ id: 7 }, "3"],
    [{ id: 7 }, "news"],
    [{ id: 8 }, "never joined"],
  ]);
});

test("internal events stay internal", () => {
  const { page, onair } = connected();
  const heard = [];
  onair.bind_global((event) => heard.push(event));
  onair.subscribe("news").bind_global((event) => heard.push(event));
  page.socket.welcomes("news");
  page.socket.says("pusher_internal:subscription_count", { subscription_count: 3 }, { channel: "news" });
  page.socket.says("pusher_internal:member_added", { user_id: "1" }, { channel: "news" });
  page.socket.says("pusher_internal:of_tomorrow", {});
  page.socket.says("pusher_internal:of_tomorrow", {}, { channel: "news" });
  assert.deepEqual(heard, ["pusher:subscription_succeeded", "pusher:subscription_count"]);
  assert.equal(onair.channel("news").subscriptionCount, 3);
});

test("unsubscribing tells the server, and the channel hears no more", () => {
  const { page, onair } = connected();
  const heard = [];
  onair.subscribe("news").bind("saved", () => heard.push("saved"));
  onair.unsubscribe("news");
  onair.unsubscribe("news");
  page.socket.says("saved", "{}", { channel: "news" });
  assert.deepEqual(page.socket.sentAs("pusher:unsubscribe"), [{ channel: "news" }]);
  assert.deepEqual(heard, []);
});

test("client events leave once the subscription has succeeded", async () => {
  const { page, onair } = connected();
  const channel = onair.subscribe("private-a");
  await settled();
  assert.equal(channel.trigger("client-typing", { at: 1 }), false);
  page.socket.welcomes("private-a");
  assert.equal(channel.trigger("client-typing", { at: 2 }), true);
  assert.deepEqual(page.socket.sent.at(-1), { event: "client-typing", data: { at: 2 }, channel: "private-a" });
  assert.throws(() => channel.trigger("typing", {}), /client-typing/);
  page.socket.drops();
  assert.equal(channel.trigger("client-typing", {}), false);
});

const editors = (...ids) => ({
  presence: { ids, hash: Object.fromEntries(ids.map((id) => [id, { name: `user ${id}` }])), count: ids.length },
});

/** A presence channel that this page, user 1, has joined together with user 2. */
async function present() {
  const all = connected();
  all.page.endpoint = () => ({
    channels: { "presence-a": { auth: "k:s", channel_data: '{"user_id": 1, "user_info": {}}' } },
  });
  all.channel = all.onair.subscribe("presence-a");
  all.told = [];
  all.channel.bind_global((event, data) =>
    all.told.push([event, event.endsWith("succeeded") ? data.count : data.id]),
  );
  await settled();
  all.page.socket.welcomes("presence-a", editors("1", "2"), "p0");
  return all;
}

test("a presence channel knows its members and who this page is", async () => {
  const { page, channel, told } = await present();
  assert.deepEqual(subscriptions({ page }), [
    { channel: "presence-a", auth: "k:s", channel_data: '{"user_id": 1, "user_info": {}}' },
  ]);
  assert.deepEqual(channel.members.me, { id: "1", info: { name: "user 1" } });
  assert.equal(channel.members.count, 2);
  assert.deepEqual(told, [["pusher:subscription_succeeded", 2]]);
});

test("members come and go", async () => {
  const { page, channel, told } = await present();
  const member = (event, data) => page.socket.says(`pusher_internal:${event}`, data, { channel: "presence-a" });
  member("member_added", { user_id: 3, user_info: { name: "user 3" } });
  assert.deepEqual(channel.members.get("3"), { id: "3", info: { name: "user 3" } });
  member("member_added", { user_id: "3", user_info: { name: "renamed" } });
  member("member_removed", { user_id: "2" });
  member("member_removed", { user_id: "2" });
  assert.deepEqual(told.slice(1), [
    ["pusher:member_added", "3"],
    ["pusher:member_removed", "2"],
  ]);
  assert.deepEqual(channel.members.get("3").info, { name: "renamed" });
  assert.equal(channel.members.count, 2);
});

test("after a reconnection it is told who came and went meanwhile", async () => {
  const { page, channel, told } = await present();
  page.socket.drops();
  assert.equal(channel.members.count, 2);
  page.happens("online");
  page.socket.accepts("2.2");
  await settled();
  page.socket.welcomes("presence-a", editors("1", "3"), "p0");
  assert.deepEqual(told.slice(1), [
    ["pusher:member_removed", "2"],
    ["pusher:member_added", "3"],
    ["pusher:subscription_succeeded", 2],
  ]);
});

/** A page that has a connection of pusher-js. */
function withPusher(key = "app-key") {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  const pusher = (page.pusher = new page.Pusher(key));
  return { ...started(page), pusher };
}

test("on a page with a Pusher connection that one is used, and no second opened", () => {
  const { page, onair, pusher } = withPusher();
  const heard = [];
  const states = [];
  page.document.addEventListener("onair:state", ({ detail }) => states.push(detail.state));
  onair.bind("saved", (data) => heard.push(data));
  onair.connect();
  const channel = onair.subscribe("news");
  pusher.moves("connected", "9.9");
  pusher.emit("saved", { id: 7 });
  assert.equal(page.sockets.length, 0);
  assert.equal(channel, pusher.channel("news"));
  assert.equal(onair.channel("news"), channel);
  assert.equal(onair.socketId, "9.9");
  assert.deepEqual(heard, [{ id: 7 }]);
  pusher.moves("unavailable");
  assert.equal(onair.socketId, null);
  onair.disconnect();
  assert.deepEqual(states, ["connecting", "connected", "unavailable", "disconnected"]);
});

test("a Pusher that the page's scripts make later, or keep to themselves, is found", () => {
  const { page, onair } = started();
  page.Pusher = fakePusherClass();
  const pusher = new page.Pusher("app-key");
  page.document.dispatchEvent(new Event("DOMContentLoaded"));
  assert.equal(onair.subscribe("news"), pusher.channel("news"));
  assert.equal(page.sockets.length, 0);
});

test("an encrypted channel is left to the page's Pusher, which decrypts it", () => {
  const { onair, pusher } = withPusher();
  assert.equal(onair.subscribe("private-encrypted-a"), pusher.channel("private-encrypted-a"));
});

test("a Pusher of another app is left alone", () => {
  const { page, onair, pusher } = withPusher("another-key");
  onair.subscribe("news");
  assert.equal(page.sockets.length, 1);
  assert.equal(pusher.channel("news"), undefined);
});

test("a Pusher connection that is already there tells its state at once", () => {
  const { onair, pusher } = withPusher();
  pusher.moves("connected");
  onair.subscribe("news");
  assert.equal(onair.state, "connected");
});

test("a Pusher that the server refuses is 'refused', one that is stopped is not", () => {
  const { onair, pusher } = withPusher();
  onair.connect();
  pusher.connection.emit("error", { error: { data: { code: 4009, message: "Origin" } } });
  pusher.moves("disconnected");
  assert.equal(onair.state, "refused");
  pusher.moves("connecting");
  pusher.moves("connected");
  pusher.moves("disconnected");
  assert.equal(onair.state, "disconnected");
});

test("a channel that the page had joined without onair.js is not left by it", () => {
  const { onair, pusher } = withPusher();
  pusher.subscribe("theirs");
  onair.subscribe("theirs");
  onair.subscribe("ours");
  for (const name of ["theirs", "ours", "ours"]) onair.unsubscribe(name);
  assert.deepEqual(pusher.unsubscribed, ["ours"]);
});

test("a Pusher's own authorisation goes on, but for channels with a grant", async () => {
  const { page, onair, pusher } = withPusher();
  pusher.config.channelAuthorizer = (_request, callback) => callback(null, { auth: "theirs" });
  onair.subscribe("private-a", { grant: "signed" });
  onair.subscribe("private-b");
  pusher.moves("connected", "9.9");
  assert.deepEqual(await pusher.authorize("private-a"), { auth: "key:private-a" });
  assert.deepEqual(await pusher.authorize("private-b"), { auth: "theirs" });
  assert.deepEqual(page.requests[0].json, {
    socket_id: "9.9",
    channels: [{ name: "private-a", grant: "signed" }],
  });
});

test("a channel with a signature is joined over the page's Pusher without asking anybody", async () => {
  const { page, onair, pusher } = withPusher();
  pusher.config.channelAuthorizer = (_request, callback) => callback(null, { auth: "theirs" });
  pusher.moves("connected", "9.9");
  onair._connected().subscribe("private-a", undefined, { auth: "known" });
  assert.deepEqual(await pusher.authorize("private-a"), { auth: "known" });
  assert.equal(page.requests.length, 0);
});
