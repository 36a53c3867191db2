import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings, serverAddress, socketUrl } from "../src/settings.js";
import { SETTINGS } from "./fakes.js";

test("settings come from the data attributes, with Django's own names for CSRF", () => {
  assert.deepEqual(readSettings({ onairKey: "app-key", onairAuth: "/onair/auth", onairUserAuth: "/onair/user-auth" }), SETTINGS);
  assert.deepEqual(
    readSettings({
      onairKey: "k",
      onairAuth: "/live/auth",
      onairUserAuth: "/live/user-auth",
      onairUrl: "wss://live.test/x",
      onairCluster: "eu",
      onairCsrfCookie: "c",
      onairCsrfHeader: "H",
    }),
    {
      key: "k",
      auth: "/live/auth",
      userAuth: "/live/user-auth",
      url: "wss://live.test/x",
      cluster: "eu",
      csrfCookie: "c",
      csrfHeader: "H",
    },
  );
});

test("the socket's URL follows the settings, else the page", () => {
  const table = [
    // page, settings, URL before the key
    ["http://site.test:8000/a", {}, "ws://site.test:8000/app/"],
    ["http://site.test/a", {}, "ws://site.test/app/"],
    ["https://site.test/a", {}, "wss://site.test/app/"],
    ["http://[::1]:8000/a", {}, "ws://[::1]:8000/app/"],
    ["https://site.test/a", { url: "wss://live.test" }, "wss://live.test/app/"],
    ["https://site.test/a", { url: "wss://live.test:6001/some/prefix/" }, "wss://live.test:6001/some/prefix/app/"],
    ["http://site.test/a", { url: "ws://[fe80::1]:6001" }, "ws://[fe80::1]:6001/app/"],
    ["http://site.test/a", { cluster: "eu" }, "wss://ws-eu.pusher.com/app/"],
  ];
  for (const [page, settings, expected] of table) {
    const url = socketUrl({ ...SETTINGS, ...settings }, new URL(page));
    assert.ok(url.startsWith(`${expected}app-key?protocol=7&client=`), url);
  }
});

test("a key cannot leave its place in the URL", () => {
  const url = socketUrl({ ...SETTINGS, key: "a/b?c" }, new URL("http://site.test"));
  assert.equal(new URL(url).pathname, "/app/a%2Fb%3Fc");
});

test("default ports are left to the scheme", () => {
  assert.equal(serverAddress({ ...SETTINGS, url: "wss://live.test:443" }, new URL("http://site.test")).port, "");
});
