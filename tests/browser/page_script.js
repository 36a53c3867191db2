// What the tests do on a plain page, whichever client is on it. `heard` is what its channels have told.

const EVENTS = [
  "pusher:subscription_succeeded",
  "pusher:subscription_error",
  "pusher:member_added",
  "pusher:member_removed",
  "news",
  "client-news",
];

const CLIENTS = {
  "onair-js": () => window.onair,
  "pusher-js": () =>
    new window.Pusher(document.querySelector("[data-onair-key]").dataset.onairKey, {
      cluster: "mt1",
      wsHost: location.hostname,
      wsPort: location.port,
      forceTLS: false,
      enabledTransports: ["ws"],
      channelAuthorization: { endpoint: "/onair/auth", transport: "ajax" },
    }),
};

const heard = [];

let client;

function start(kind) {
  client = CLIENTS[kind]();
}

function join([name, options]) {
  const channel = client.subscribe(name, options);
  for (const event of EVENTS) channel.bind(event, (data) => heard.push({ channel: name, event, data }));
}

function find([channel, event]) {
  return heard.find((entry) => entry.channel === channel && entry.event === event);
}

function namesOfMembers(channel) {
  const names = [];
  client.channel(channel).members.each((member) => names.push(member.info.name));
  return names.sort();
}

function socketId() {
  return client.socketId ?? client.connection.socket_id;
}
