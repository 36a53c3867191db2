/** Official pusher-js in its build for Node.js, which speaks WebSocket and knows encrypted channels. */
import Pusher from "pusher-js";

import { listen, tell, tellAll } from "./talk.mjs";

const [key, options] = JSON.parse(process.argv[2]);
const pusher = new Pusher(key, options);

tellAll("user", pusher.user);
tellAll("watchlist", pusher.user.watchlist);
tellAll("connection", pusher.connection);
pusher.connection.bind("message", (message) => tell("message", message.event, message));

const { send_event: send } = pusher.connection;
pusher.connection.send_event = function (...message) {
  tell("connection", "sent", message);
  return send.apply(this, message);
};

function channel(name) {
  const found = pusher.channel(name);
  if (!found) throw new Error(`not subscribed to ${name}`);
  return found;
}

await listen({
  subscribe: (name) => tellAll(name, pusher.subscribe(name)),
  // What is bound to one event is told its sender, too.
  bind: (name, event) => {
    channel(name).bind(event, (data, metadata) => tell(`${name} bound`, event, data, metadata));
  },
  unsubscribe: (name) => pusher.unsubscribe(name),
  trigger: (name, event, data) => channel(name).trigger(event, data),
  send: (event, data, name) => pusher.send_event(event, data, name),
  count: (name) => channel(name).subscriptionCount,
  members: (name) => channel(name).members,
  signin: () => pusher.signin(),
  user: () => pusher.user.user_data,
  state: () => pusher.connection.state,
  uses_tls: () => pusher.connection.usingTLS,
  // Milliseconds that it waited before each new attempt, by its own log.
  retries: () => pusher.timeline.events.filter(({ action }) => action === "retry").map(({ delay }) => delay),
  connect: () => pusher.connect(),
  disconnect: () => pusher.disconnect(),
});
