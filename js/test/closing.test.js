import assert from "node:assert/strict";
import { test } from "node:test";
import { TurnedAway, policyFor, reportRefusal } from "../src/closing.js";
import { listenToConsole } from "./fakes.js";

test("each range of close codes has its policy", () => {
  const table = [
    // code, refused, least wait in milliseconds
    [1000, false, 0],
    [1001, false, 0],
    [1006, false, 0],
    [1012, false, 0],
    [3999, false, 0],
    [4000, true, 0],
    [4001, true, 0],
    [4009, true, 0],
    [4099, true, 0],
    [4100, false, 1000],
    [4199, false, 1000],
    [4200, false, 0],
    [4299, false, 0],
    [4301, false, 0],
  ];
  for (const [code, refused, floor] of table) {
    const policy = policyFor(code);
    assert.deepEqual([code, policy.refused ?? false, policy.floor], [code, refused, floor]);
  }
});

test("what the server wants at once still has some jitter, less than a loss has", () => {
  assert.ok(policyFor(4200).spread > 0);
  assert.ok(policyFor(4200).spread < policyFor(1006).spread);
});

test("a refusal names the server's reason and the remedy", (t) => {
  const said = listenToConsole(t);
  const table = [
    [4001, "SECRET_KEY"],
    [4005, "PUBLIC_URL"],
    [4007, "collectstatic"],
    [4009, "CSRF_TRUSTED_ORIGINS"],
    [4050, "server's log"],
  ];
  for (const [code, remedy] of table) {
    reportRefusal(code, "because");
    assert.match(said.error.at(-1), new RegExp(`${code}: because`));
    assert.ok(said.error.at(-1).includes(remedy));
  }
});

test("a page that the server had taken is not told of its origin", (t) => {
  const said = listenToConsole(t);
  reportRefusal(4009, "The user's connections were terminated", true);
  assert.match(said.error[0], /4009: The user's connections were terminated\)\. The site has ended/);
});

test("that a server turns the page away is told once it goes on, in the server's words", (t) => {
  const said = listenToConsole(t);
  const turnedAway = new TurnedAway();
  for (const code of [4100, 1006, 4200, 4001, 4100]) turnedAway.hear(code, "Process 7 serves this site");
  assert.deepEqual(said.warn, []);
  for (let i = 0; i < 5; i++) turnedAway.hear(4100, "Process 7 serves this site");
  assert.equal(said.warn.length, 1);
  assert.match(said.warn[0], /4100: Process 7 serves this site/);
});
