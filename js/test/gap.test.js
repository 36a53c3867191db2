import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "../src/client.js";
import { run } from "../src/tags.js";
import { FakePage, fakePusherClass, listenToConsole, settled } from "./fakes.js";

const DATASET = { onairKey: "app-key", onairAuth: "/onair/auth" };
const TAG = { onairChannel: "news", onairEvent: "saved" };

/** All that a page hears, on its channel "news", of the whole client, and of the document. */
function follow(page) {
  const told = { channel: [], client: [], document: [] };
  page.onair.bind_global((event, data, { channel }) => told.client.push([event, data, channel]));
  page.onair.subscribe("news").bind_global((event, data) => told.channel.push([event, data]));
  page.document.addEventListener("onair:gap", ({ detail }) => told.document.push(detail));
  return told;
}

/** A page that has joined "news" over a connection of its own. */
function joined({ position } = { position: "p0" }) {
  const page = new FakePage();
  start(page, DATASET);
  const told = follow(page);
  page.socket.accepts("1.1");
  page.socket.welcomes("news", {}, position);
  return { page, onair: page.onair, told };
}

function reconnect(page, socketId = "2.2") {
  page.happens("online");
  page.socket.accepts(socketId);
}

const publish = (page, data, position) => page.socket.says("saved", String(data), { channel: "news", position });

const asked = (page) => page.socket.sentAs("pusher:subscribe").map(({ resume }) => resume);

const isGap = ([event]) => event === "onair:gap";

test("a first subscription asks to be able to come back, and is no gap", () => {
  const { page, told } = joined();
  assert.deepEqual(asked(page), [{}]);
  assert.deepEqual(told.channel, [["pusher:subscription_succeeded", {}]]);
  assert.deepEqual(told.document, []);
});

test("who comes back says where it was, and hears what it missed as ordinary events", () => {
  const { page, told } = joined();
  publish(page, 1, "p1");
  page.socket.drops();
  reconnect(page);
  assert.deepEqual(asked(page), [{ position: "p1", socket_id: "1.1" }]);
  page.socket.welcomes("news", {}, "p1");
  publish(page, 2, "p2");
  publish(page, 3, "p3");
  assert.deepEqual(told.channel, [
    ["pusher:subscription_succeeded", {}],
    ["saved", 1],
    ["pusher:subscription_succeeded", {}],
    ["saved", 2],
    ["saved", 3],
  ]);
  assert.deepEqual(told.client, [1, 2, 3].map((data) => ["saved", data, "news"]));
  page.socket.drops();
  reconnect(page, "3.3");
  assert.deepEqual(asked(page), [{ position: "p3", socket_id: "2.2" }]);
});

test("a position is remembered before the event's handlers run", () => {
  const { page, onair } = joined();
  onair.channel("news").bind("saved", () => onair.disconnect());
  publish(page, 1, "p1");
  onair.connect();
  page.socket.accepts("2.2");
  assert.deepEqual(asked(page), [{ position: "p1", socket_id: "1.1" }]);
});

test("an event of others that was not sent to the page moves it on, unseen", () => {
  const { page, told } = joined();
  page.socket.says("pusher_internal:position", "{}", { channel: "news", position: "p1" });
  page.socket.drops();
  reconnect(page);
  assert.deepEqual(asked(page), [{ position: "p1", socket_id: "1.1" }]);
  assert.deepEqual(told.channel.slice(1), []);
});

test("a connection that is lost before its channels are joined does not count", () => {
  const { page } = joined();
  page.socket.drops();
  reconnect(page, "2.2");
  page.socket.drops();
  reconnect(page, "3.3");
  assert.deepEqual(asked(page), [{ position: "p0", socket_id: "1.1" }]);
});

test("a page in the back/forward cache goes on from where it was", () => {
  const { page } = joined();
  publish(page, 1, "p1");
  page.happens("pagehide");
  page.happens("pageshow", { persisted: true });
  page.socket.accepts("2.2");
  assert.deepEqual(asked(page), [{ position: "p1", socket_id: "1.1" }]);
});

test("each channel has a position of its own, and private ones keep theirs while they are authorised", async () => {
  const { page, onair } = joined();
  onair.subscribe("private-a");
  await settled();
  page.socket.welcomes("private-a", {}, "q0");
  page.socket.drops();
  reconnect(page);
  await settled();
  assert.deepEqual(asked(page), [
    { position: "p0", socket_id: "1.1" },
    { position: "q0", socket_id: "1.1" },
  ]);
});

test("a gap that the server tells of is told to the channel, the client and the document", () => {
  const { page, told } = joined();
  page.socket.drops();
  reconnect(page);
  page.socket.welcomes("news", {}, "z9");
  page.socket.says("onair:gap", "{}", { channel: "news" });
  publish(page, 1, "z10");
  assert.deepEqual(told.channel.slice(1), [["pusher:subscription_succeeded", {}], ["onair:gap", {}], ["saved", 1]]);
  assert.deepEqual(told.client, [["onair:gap", {}, "news"], ["saved", 1, "news"]]);
  assert.deepEqual(told.document, [{ channel: "news" }]);
});

test("a server without positions leaves a gap at each return, and none before", () => {
  const { page, told } = joined({});
  for (const socketId of ["2.2", "3.3"]) {
    page.socket.drops();
    reconnect(page, socketId);
    assert.deepEqual(asked(page), [{}]);
    page.socket.welcomes("news");
  }
  const returned = [["pusher:subscription_succeeded", {}], ["onair:gap", {}]];
  assert.deepEqual(told.channel.slice(1), [...returned, ...returned]);
  assert.deepEqual(told.client, [["onair:gap", {}, "news"], ["onair:gap", {}, "news"]]);
  assert.deepEqual(told.document, [{ channel: "news" }, { channel: "news" }]);
});

test("who has left and joins anew has no gap, and asks for nothing that it missed", () => {
  const { page, onair } = joined();
  onair.unsubscribe("news");
  page.socket.drops();
  reconnect(page);
  const heard = [];
  onair.subscribe("news").bind("onair:gap", () => heard.push("gap"));
  assert.deepEqual(asked(page), [{}]);
  page.socket.welcomes("news");
  assert.deepEqual(heard, []);
});

test("who leaves the channel when it has come back hears of no gap", () => {
  const { page, onair, told } = joined({});
  page.socket.drops();
  reconnect(page);
  onair.channel("news").bind("pusher:subscription_succeeded", () => onair.unsubscribe("news"));
  page.socket.welcomes("news");
  assert.deepEqual([told.channel.filter(isGap), told.client, told.document], [[], [], []]);
});

test("a channel that was refused on its return goes on from where it was when it is allowed again", async (t) => {
  listenToConsole(t);
  const { page, onair } = joined();
  page.socket.drops();
  reconnect(page);
  page.socket.says("pusher:subscription_error", { status: 401 }, { channel: "news" });
  onair.subscribe("news");
  assert.deepEqual(asked(page)[1], { position: "p0", socket_id: "1.1" });
});

/** The same page over the connection of its own Pusher. */
function joinedByPusher(...tags) {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  const pusher = (page.pusher = new page.Pusher("app-key"));
  for (const tag of tags) run(page, { ...DATASET, ...tag }, () => {});
  start(page, DATASET);
  const told = follow(page);
  return { page, pusher, told, onair: page.onair };
}

test("over the page's Pusher each return is a gap, since it does not ask for what it missed", () => {
  const { pusher, told } = joinedByPusher();
  pusher.returns("1.1");
  pusher.channel("news").emit("pusher:subscription_succeeded");
  assert.deepEqual(told.client.filter(isGap), []);
  pusher.returns("2.2");
  pusher.returns("3.3");
  assert.deepEqual(told.client.filter(isGap), [["onair:gap", {}, "news"], ["onair:gap", {}, "news"]]);
  assert.deepEqual(told.channel.filter(isGap), [["onair:gap", {}], ["onair:gap", {}]]);
  assert.deepEqual(told.document, [{ channel: "news" }, { channel: "news" }]);
});

test("a channel that the page's Pusher had joined already is followed from then on, once", () => {
  const { page, pusher, onair } = joinedByPusher();
  pusher.subscribe("theirs");
  pusher.returns("1.1");
  onair.subscribe("theirs");
  onair.subscribe("theirs");
  const gaps = [];
  onair.channel("theirs").bind("onair:gap", () => gaps.push("handler"));
  page.document.addEventListener("onair:gap", ({ detail }) => gaps.push(detail.channel));
  pusher.returns("2.2");
  assert.deepEqual(gaps, ["news", "handler", "theirs"]);
});

test("over the page's Pusher who has left and joins anew has no gap", () => {
  const { pusher, onair, told } = joinedByPusher();
  pusher.returns("1.1");
  onair.unsubscribe("news");
  onair.subscribe("news");
  pusher.returns("2.2");
  assert.deepEqual([told.client.filter(isGap), told.document], [[], []]);
});

test("a page of tags alone is told by the document, once for each channel, and its handlers are left alone", () => {
  const page = new FakePage();
  page.Pusher = fakePusherClass();
  const heard = [];
  const gaps = [];
  page.document.addEventListener("onair:gap", ({ detail }) => gaps.push(detail));
  for (const tag of [TAG, { ...TAG, onairEvent: "gone" }]) {
    run(page, { ...DATASET, ...tag }, (event) => heard.push(event));
  }
  page.channel.bind_global((event) => heard.push(event));
  page.pusher.returns("1.1");
  assert.deepEqual(gaps, []);
  page.pusher.returns("2.2");
  assert.deepEqual(gaps, [{ channel: "news" }]);
  assert.deepEqual(heard, ["pusher:subscription_succeeded", "pusher:subscription_succeeded"]);
});

test("a channel of tags that onair.js has joined too is one gap of the document", () => {
  const { pusher, told } = joinedByPusher(TAG);
  pusher.returns("1.1");
  pusher.returns("2.2");
  assert.deepEqual(told.document, [{ channel: "news" }]);
});
