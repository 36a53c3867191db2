/** A page, its clock and its sockets, as far as the client uses them. The clock moves only when told to. */

class Clock {
  now = 0;
  #next = 1;
  #timers = new Map();

  set(then, milliseconds) {
    this.#timers.set(this.#next, { at: this.now + milliseconds, then });
    return this.#next++;
  }

  clear(id) {
    this.#timers.delete(id);
  }

  /** The milliseconds until each timer rings. */
  get pending() {
    return [...this.#timers.values()].map(({ at }) => at - this.now).sort((a, b) => a - b);
  }

  advance(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, then }] = due;
      this.#timers.delete(id);
      this.now = at;
      then();
    }
    this.now = end;
  }
}

class FakeSocket {
  sent = [];
  closed = false;
  onmessage = null;
  onclose = null;

  constructor(url) {
    this.url = url;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  /** What the server does. */
  says(event, data, more = {}) {
    this.onmessage?.({ data: JSON.stringify({ event, data, ...more }) });
  }

  saysRaw(data) {
    this.onmessage?.({ data });
  }

  accepts(socketId = "1.1", activityTimeout = 30) {
    this.says(
      "pusher:connection_established",
      JSON.stringify({ socket_id: socketId, activity_timeout: activityTimeout }),
    );
  }

  welcomes(channel, data = {}, position) {
    this.says("pusher_internal:subscription_succeeded", JSON.stringify(data), { channel, position });
  }

  /** Let the user in whom the site has signed. */
  signsIn(id) {
    this.says("pusher:signin_success", JSON.stringify({ user_data: JSON.stringify({ id }) }));
  }

  drops(code = 1006, reason = "") {
    this.onclose?.({ code, reason });
  }

  /** The data of what was sent under one event. */
  sentAs(event) {
    return this.sent.filter((message) => message.event === event).map((message) => message.data);
  }
}

class FakeDocument extends EventTarget {
  cookie = "";
  readyState = "interactive";
  visibilityState = "visible";
}

export class FakePage extends EventTarget {
  clock = new Clock();
  document = new FakeDocument();
  navigator = { onLine: true };
  CustomEvent = CustomEvent;
  sockets = [];
  requests = [];
  /** What the authorisation endpoint answers to a request's JSON; an Error is a network that fails. */
  endpoint = ({ channels }) => ({
    channels: Object.fromEntries(channels.map(({ name }) => [name, { auth: `key:${name}` }])),
  });
  /** The same of the endpoint that signs the visitor in. */
  userEndpoint = ({ socket_id }) => ({ auth: `key:${socket_id}`, user_data: '{"id":"7"}' });
  random = 0.5;
  Math = { random: () => this.random };
  performance = { now: () => this.clock.now };

  constructor(url = "http://site.test:8000/articles/7/") {
    super();
    this.location = new URL(url);
    const { sockets } = this;
    this.WebSocket = class extends FakeSocket {
      constructor(address) {
        super(address);
        sockets.push(this);
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  setTimeout(then, milliseconds) {
    return this.clock.set(then, milliseconds);
  }

  clearTimeout(id) {
    this.clock.clear(id);
  }

  async fetch(url, { headers, body }) {
    const json = JSON.parse(body);
    this.requests.push({ url, headers, json });
    const answer = await (url === SETTINGS.userAuth ? this.userEndpoint(json) : this.endpoint(json));
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer;
    return new Response(JSON.stringify(answer));
  }

  happens(type, properties = {}) {
    this.dispatchEvent(Object.assign(new Event(type), properties));
  }

  becomes(visibilityState) {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }
}

/** An emitter of pusher-js: `bind` and what a test emits. */
class FakeDispatcher {
  #bound = [];
  #global = [];

  bind(event, handler) {
    this.#bound.push([event, handler]);
    return this;
  }

  bind_global(handler) {
    this.#global.push(handler);
    return this;
  }

  emit(event, data, metadata) {
    for (const handler of this.#global) handler(event, data, metadata);
    for (const [name, handler] of this.#bound) if (name === event) handler(data, metadata);
  }
}

/** pusher-js's class for one page. */
export function fakePusherClass() {
  return class FakePusher extends FakeDispatcher {
    static instances = [];
    channels = new Map();
    unsubscribed = [];
    signIns = 0;
    user = Object.assign(new FakeDispatcher(), { watchlist: new FakeDispatcher(), serverToUserChannel: null });

    constructor(key, options = {}) {
      super();
      this.key = key;
      this.options = options;
      this.config = {
        channelAuthorizer: options.channelAuthorization?.customHandler,
        userAuthenticator: options.userAuthentication?.customHandler,
      };
      this.connection = Object.assign(new FakeDispatcher(), { state: "initialized", socket_id: "" });
      FakePusher.instances.push(this);
    }

    connect() {
      if (["initialized", "disconnected"].includes(this.connection.state)) this.moves("connecting");
    }

    disconnect() {
      this.moves("disconnected");
    }

    moves(state, socketId = "9.9") {
      const previous = this.connection.state;
      this.connection.state = state;
      if (state === "connected") this.connection.socket_id = socketId;
      this.connection.emit("state_change", { previous, current: state });
      this.connection.emit(state);
    }

    channel(name) {
      return this.channels.get(name);
    }

    subscribe(name) {
      if (!this.channels.has(name)) {
        this.channels.set(name, Object.assign(new FakeDispatcher(), { name, subscribed: false }));
      }
      return this.channels.get(name);
    }

    /** A new connection, on which every channel is joined. */
    returns(socketId) {
      this.moves("connecting");
      this.moves("connected", socketId);
      for (const channel of this.channels.values()) {
        channel.subscribed = true;
        channel.emit("pusher:subscription_succeeded");
      }
    }

    signin() {
      this.signIns++;
    }

    /** The server lets the user in whom the site has signed, and to that user's channel. */
    signsIn(id) {
      const channel = Object.assign(new FakeDispatcher(), { name: `#server-to-user-${id}` });
      this.user.serverToUserChannel = channel;
      const data = { user_data: JSON.stringify({ id }) };
      this.connection.emit("message", { event: "pusher:signin_success", data });
      channel.emit("pusher:subscription_succeeded");
    }

    authenticate() {
      return new Promise((resolve) =>
        this.config.userAuthenticator({ socketId: this.connection.socket_id }, (error, signature) =>
          resolve(error ?? signature),
        ),
      );
    }

    unsubscribe(name) {
      this.channels.delete(name);
      this.unsubscribed.push(name);
    }

    authorize(channelName) {
      return new Promise((resolve) =>
        this.config.channelAuthorizer(
          { socketId: this.connection.socket_id, channelName },
          (error, signature) => resolve(error ?? signature),
        ),
      );
    }
  };
}

export const SETTINGS = {
  key: "app-key",
  auth: "/onair/auth",
  userAuth: "/onair/user-auth",
  url: "",
  cluster: "",
  csrfCookie: "csrftoken",
  csrfHeader: "X-CSRFToken",
};

/** Let promises that need no clock come to their end. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Record what goes to the console in one test: `said.error`, `said.warn`. */
export function listenToConsole(t) {
  const said = { error: [], warn: [] };
  for (const level of Object.keys(said)) {
    t.mock.method(console, level, (...args) => said[level].push(args.join(" ")));
  }
  return said;
}
