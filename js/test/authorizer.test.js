import assert from "node:assert/strict";
import { test } from "node:test";
import { Authorizer } from "../src/authorizer.js";
import { AuthorizationError } from "../src/site.js";
import { FakePage, SETTINGS, settled } from "./fakes.js";

function authorizer(settings = {}) {
  const page = new FakePage();
  const state = { page, current: "1.1" };
  state.authorizer = new Authorizer(page, { ...SETTINGS, ...settings }, (id) => id === state.current);
  state.ask = (...names) => Promise.allSettled(names.map((name) => state.authorizer.authorize("1.1", name)));
  return state;
}

test("all channels of one tick go in one request, with their grants", async () => {
  const { page, authorizer: asked, ask } = authorizer();
  asked.grants.set("private-b", "signed");
  const answers = await ask("private-a", "private-b", "presence-c");
  assert.equal(page.requests.length, 1);
  assert.equal(page.requests[0].url, "/onair/auth");
  assert.deepEqual(page.requests[0].json, {
    socket_id: "1.1",
    channels: [{ name: "private-a" }, { name: "private-b", grant: "signed" }, { name: "presence-c" }],
  });
  assert.deepEqual(
    answers.map(({ value }) => value.auth),
    ["key:private-a", "key:private-b", "key:presence-c"],
  );
});

test("a channel that is asked for twice is sent once and answered twice", async () => {
  const { page, ask } = authorizer();
  const answers = await ask("private-a", "private-a");
  assert.equal(page.requests[0].json.channels.length, 1);
  assert.deepEqual(answers.map(({ status }) => status), ["fulfilled", "fulfilled"]);
});

test("a signature that the page has already is used once, and not asked for", async () => {
  const { page, authorizer: asked, ask } = authorizer();
  asked.signatures.set("private-a", { auth: "known" });
  assert.deepEqual((await ask("private-a")).map(({ value }) => value.auth), ["known"]);
  assert.equal(page.requests.length, 0);
  assert.deepEqual((await ask("private-a")).map(({ value }) => value.auth), ["key:private-a"]);
});

test("more than a hundred channels go in several requests", async () => {
  const { page, ask } = authorizer();
  await ask(...Array.from({ length: 250 }, (_, i) => `private-${i}`));
  assert.deepEqual(page.requests.map(({ json }) => json.channels.length), [100, 100, 50]);
});

test("the CSRF token of the cookie is sent in the header, where there is one", async () => {
  const table = [
    // document.cookie, headers that name the token
    ["", {}],
    ["xcsrftoken=no; other=1", {}],
    ["a=b; csrftoken=t0ken; c=d", { "X-CSRFToken": "t0ken" }],
    ["csrftoken=", {}],
  ];
  for (const [cookie, expected] of table) {
    const { page, ask } = authorizer();
    page.document.cookie = cookie;
    await ask("private-a");
    const { "Content-Type": type, Accept: accept, ...rest } = page.requests[0].headers;
    assert.deepEqual([type, accept, rest], ["application/json", "application/json", expected]);
  }
});

test("the site may have other names for the token's cookie and header", async () => {
  const { page, ask } = authorizer({ csrfCookie: "c.s+rf", csrfHeader: "X-Token" });
  page.document.cookie = "c.s+rf=t0ken";
  await ask("private-a");
  assert.equal(page.requests[0].headers["X-Token"], "t0ken");
});

test("a refusal concerns its channel alone", async () => {
  const { page, ask } = authorizer();
  page.endpoint = () => ({
    channels: { "private-a": { auth: "k:a" }, "private-b": { error: "Write a rule.", status: 403 } },
  });
  const [a, b, c] = await ask("private-a", "private-b", "private-c");
  assert.equal(a.value.auth, "k:a");
  assert.ok(b.reason instanceof AuthorizationError);
  assert.deepEqual([b.reason.message, b.reason.status], ["Write a rule.", 403]);
  assert.equal(c.status, "rejected");
});

test("an answer that is no permission refuses all, and says what it was", async () => {
  const table = [
    // answer, status, words of the message
    [new Response("<h1>CSRF failed</h1>", { status: 403 }), 403, "CSRF_TRUSTED_ORIGINS"],
    [new Response('{"error": "Log in."}', { status: 403 }), 403, "Log in."],
    [new Response("Not found", { status: 404 }), 404, "/onair/auth answered 404"],
    [Object.defineProperty(new Response("<form>"), "redirected", { value: true }), 200, "redirects"],
    [new Response("null"), 200, "answered 200"],
  ];
  for (const [answer, status, words] of table) {
    const { page, ask } = authorizer();
    page.endpoint = () => answer;
    const [{ reason }] = await ask("private-a");
    assert.equal(reason.status, status);
    assert.ok(reason.message.includes(words), reason.message);
    assert.equal(page.requests.length, 1);
  }
});

test("what fails on the way is asked again, ever later", async () => {
  const failures = [new TypeError("Failed to fetch"), new Response("", { status: 503 }), new Response("", { status: 429 })];
  const { page, ask } = authorizer();
  const { endpoint } = page;
  page.endpoint = (json) => failures.shift() ?? endpoint(json);
  const asked = ask("private-a");
  for (const wait of [500, 1000, 2000]) {
    await settled();
    assert.deepEqual(page.clock.pending, [wait]);
    page.clock.advance(wait);
  }
  const [{ value }] = await asked;
  assert.equal(value.auth, "key:private-a");
  assert.equal(page.requests.length, 4);
});

test("a connection that is gone is not asked for any more", async () => {
  const state = authorizer();
  state.page.endpoint = () => new TypeError("Failed to fetch");
  state.ask("private-a");
  await settled();
  state.current = "2.2";
  state.ask("private-b");
  await settled();
  state.page.clock.advance(60_000);
  await settled();
  assert.equal(state.page.requests.length, 1);
});

test("what was asked for a connection that is gone is not asked for the next one", async () => {
  const state = authorizer();
  state.ask("private-a");
  state.current = "2.2";
  await state.authorizer.authorize("2.2", "private-b");
  assert.deepEqual(
    state.page.requests.map(({ json }) => json),
    [{ socket_id: "2.2", channels: [{ name: "private-b" }] }],
  );
});

test("a site without the endpoint is told to add it", async () => {
  const { page, ask } = authorizer({ auth: "" });
  const [{ reason }] = await ask("private-a");
  assert.match(reason.message, /include\("onair.urls"\)/);
  assert.equal(page.requests.length, 0);
});
