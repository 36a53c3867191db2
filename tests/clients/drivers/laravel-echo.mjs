/** Laravel Echo over official pusher-js, with the HTTP client that it puts its socket id on. */
import axios from "axios";
import Echo from "laravel-echo";
import Pusher from "pusher-js";

import { listen, tell } from "./talk.mjs";

const [key, options] = JSON.parse(process.argv[2]);

globalThis.axios = axios; // where Echo looks for it
const echo = new Echo({ ...options, key, Pusher, broadcaster: "pusher" });
echo.connector.onConnectionChange((status) => tell("connection", status));

const channels = new Map();

const kinds = {
  channel: (name) => echo.channel(name),
  private: (name) => echo.private(name),
  encryptedPrivate: (name) => echo.encryptedPrivate(name),
  join: (name) => {
    const channel = echo.join(name);
    for (const happening of ["here", "joining", "leaving"]) {
      channel[happening]((who) => tell(name, happening, who));
    }
    return channel;
  },
};

await listen({
  open: (kind, name) => {
    const channel = kinds[kind](name);
    channel.subscribed(() => tell(name, "subscribed"));
    channel.error((error) => tell(name, "error", error));
    channels.set(name, channel);
  },
  listen: (name, event) => {
    channels.get(name).listen(event, (data) => tell(name, event, data));
  },
  listenForWhisper: (name, event) => {
    channels.get(name).listenForWhisper(event, (data) => tell(name, event, data));
  },
  notification: (name) => {
    channels.get(name).notification((data) => tell(name, "notification", data));
  },
  whisper: (name, event, data) => {
    channels.get(name).whisper(event, data);
  },
  leave: (name) => echo.leave(name),
  socketId: () => echo.socketId(),
  post: async (url, data) => (await axios.post(url, data)).data,
});
