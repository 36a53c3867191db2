/** The official server library for Node.js. */
import Pusher from "pusher";

import { listen } from "./talk.mjs";

const pusher = new Pusher(JSON.parse(process.argv[2]));

/** Status and body of an answer. */
async function read(response) {
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

await listen({
  trigger: async (...given) => read(await pusher.trigger(...given)),
  triggerBatch: async (batch) => read(await pusher.triggerBatch(batch)),
  sendToUser: async (...given) => read(await pusher.sendToUser(...given)),
  terminateUserConnections: async (id) => read(await pusher.terminateUserConnections(id)),
  get: async (path, params) => read(await pusher.get({ path, params })),
  post: async (path, body) => read(await pusher.post({ path, body })),
  authorizeChannel: (...given) => pusher.authorizeChannel(...given),
  authenticateUser: (...given) => pusher.authenticateUser(...given),
  webhook: (request) => {
    const webhook = pusher.webhook(request);
    return webhook.isValid() && { events: webhook.getEvents(), time: webhook.getTime().getTime() };
  },
});
