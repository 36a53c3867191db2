/**
 * The integration specs that pusher-js brings in its package, unchanged, against a server of ours and the released library.
 *
 * They are made for the library's own build and Pusher's hosts: what they require by name is given to them here.
 */
const Module = require("node:module");
const path = require("node:path");

const Jasmine = require("jasmine");
const Library = require("pusher");
const Pusher = require("pusher-js");

const { transport, host, port, appId, key, secret } = JSON.parse(process.argv[2]);
const library = new Library({ appId, key, secret, host, port });

/** The member that Pusher's own server for these specs makes of a socket. */
function member(socketId) {
  const email = `integration-${socketId}@example.com`;
  return { user_id: socketId, user_info: { name: `Integration ${socketId}`, email } };
}

class LocalPusher extends Pusher {
  constructor(_, options) {
    super(key, {
      ...options,
      wsHost: host,
      wsPort: port,
      httpHost: host,
      httpPort: port,
      unavailableTimeout: 20_000,
      channelAuthorization: {
        customHandler: ({ channelName, socketId }, answer) =>
          answer(null, library.authorizeChannel(socketId, channelName, member(socketId))),
      },
    });
  }
}

let names = 0;
const provided = {
  pusher_integration: LocalPusher,
  runtime: { default: Pusher.Runtime },
  "core/utils/collections": {
    objectApply: (object, apply) => Object.entries(object).forEach(([name, value]) => apply(value, name, object)),
  },
  integration: {
    API_URL: "",
    getRandomName: (prefix) => `${prefix}_${(names += 1)}`,
    sendAPIMessage: ({ channel, event, data }) => library.trigger(channel, event, data),
  },
};

const load = Module._load;
Module._load = function (name, ...rest) {
  return Object.hasOwn(provided, name) ? provided[name] : load.call(this, name, ...rest);
};

const runner = new Jasmine();
runner.randomizeTests(false); // the first of them connects, the last one goes

// They wait for five or ten seconds to see that nothing comes.
const wait = globalThis.setTimeout;
globalThis.setTimeout = (callback, delay, ...rest) =>
  wait(callback, delay === 5_000 || delay === 10_000 ? delay / 20 : delay, ...rest);

const root = path.dirname(require.resolve("pusher-js/package.json"));
const { build } = require(path.join(root, "spec/javascripts/integration/core/pusher_spec/test_builder.js"));
build({ transport, forceTLS: false });
runner.execute();
