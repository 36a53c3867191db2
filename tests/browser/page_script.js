// What the tests do on a plain page, whichever client is on it. `heard` is all that its channels and its user have told.

function makePusher(options) {
  return new window.Pusher(document.querySelector("[data-onair-key]").dataset.onairKey, {
    cluster: "mt1",
    wsHost: location.hostname,
    wsPort: location.port,
    forceTLS: false,
    enabledTransports: ["ws"],
    channelAuthorization: { endpoint: "/onair/auth", transport: "ajax" },
    userAuthentication: { endpoint: "/onair/user-auth", transport: "ajax" },
    ...options,
  });
}

const CLIENTS = {
  "onair-js": () => window.onair,
  "pusher-js": () => makePusher({}),
  "onair-js-over-pusher-js": () => window.onair,
  encrypted: () => window.onair,
};

const heard = [];

let client;

function start(kind) {
  client = CLIENTS[kind]();
  document.addEventListener("onair:gap", ({ detail }) => heard.push({ channel: "document", event: detail.channel }));
}

function startPusher(options) {
  client = makePusher(options);
}

function record(channel, emitter) {
  emitter.bind_global((event, data) => heard.push({ channel, event, data }));
}

function join([name, options]) {
  record(name, client.subscribe(name, options));
}

function signIn() {
  record("user", client.user);
  record("watchlist", client.user.watchlist);
  client.bind("pusher:signin_success", () => heard.push({ channel: "client", event: "pusher:signin_success" }));
  client.signin();
}

function isSignedIn() {
  const { user } = window.pusher ?? client;
  const channel = "serverToUserChannel" in user ? user.serverToUserChannel : client.channel(`#server-to-user-${user.id}`);
  return Boolean(channel?.subscribed);
}

function find([channel, event]) {
  return heard.find((entry) => entry.channel === channel && entry.event === event);
}

function told(channel) {
  return heard.filter((entry) => entry.channel === channel).map(({ event, data }) => [event, event === "news" ? data : null]);
}

function namesOfMembers(channel) {
  const names = [];
  client.channel(channel).members.each((member) => names.push(member.info.name));
  return names.sort();
}

function socketId() {
  return client.socketId ?? client.connection.socket_id;
}

function state() {
  return client.state ?? client.connection.state;
}
