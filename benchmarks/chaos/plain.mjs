/**
 * Pages with official pusher-js, which know nothing of positions. Usage: plain.mjs JSON
 *
 * It says {"ready": true} when all have joined; for each line of its input whether each page is on its channel, and for
 * the line "seen" what has come to it until then; at the end of the input it ends.
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { from, port, key, event, channels } = JSON.parse(process.argv[2]);
const Pusher = createRequire(from)("pusher-js");

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
let missing = channels.length;

const pages = channels.map((name) => {
  const pusher = new Pusher(key, {
    cluster: "",
    wsHost: "127.0.0.1",
    wsPort: port,
    forceTLS: false,
    enabledTransports: ["ws"],
  });
  const channel = pusher.subscribe(name);
  const seen = [];
  channel.bind(event, (mark) => seen.push(mark));
  let joined = false;
  channel.bind("pusher:subscription_succeeded", () => {
    if (!joined && --missing === 0) say({ ready: true });
    joined = true;
  });
  return { name, channel, seen };
});

for await (const line of createInterface({ input: process.stdin })) {
  const wants = line === "seen";
  say(pages.map(({ name, channel, seen }) => ({ channel: name, joined: channel.subscribed, seen: wants ? seen : [] })));
}
process.exit();
