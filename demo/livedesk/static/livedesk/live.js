// Listens to one channel, on which two parts of the site speak of the same rows:
//   article.create, .update, .delete               the REST API's viewset, of what it has written itself
//   article.created, .updated, .deleted, .changed  @onair.broadcasts, of every write, whoever makes it

import { offer } from "./api.js";
import { read, remove, show } from "./rows.js";
import { arrive, begin, end, keepPage } from "./ways.js";

const { onair } = window;

const live = document.getElementById("live");
const events = document.getElementById("events");
const following = document.getElementById("following");
const template = document.getElementById("event");
const { model } = live.dataset;
const channel = onair.subscribe(live.dataset.channel);

const LONGEST = 40;
const API = "REST API";
const BROADCASTS = "@onair.broadcasts";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

function log(name, origin, data) {
  const line = template.content.firstElementChild.cloneNode(true);
  line.dataset.event = name;
  line.dataset.origin = origin;
  line.querySelector("time").textContent = clock.format();
  line.querySelector(".event-name").textContent = name;
  line.querySelector(".event-origin").textContent = origin;
  line.querySelector("summary").textContent = JSON.stringify(data);
  line.querySelector("pre").textContent = JSON.stringify(data, null, 2);
  events.prepend(line);
  events.children[LONGEST]?.remove();
}

function tell(state, sentence) {
  following.dataset.state = state;
  following.textContent = sentence;
}

/** In which way a row was last written: it says so itself. Its tags lie in another table, which says nothing. */
const wayOf = (object, changed) => (changed?.includes("tags") ? "m2m" : object.way);

/** What the API says of a row is the row. */
const OF_API = {
  create: (object) => show(object),
  update: (object) => show(object),
  delete: (object) => remove(object.id),
};

/** What a broadcast says is the row and more; or only which rows there are to read again. */
const OF_BROADCASTS = ["created", "updated", "deleted", "changed"];

async function follow(kind, data) {
  if (kind === "deleted") {
    remove(data.id);
    return [];
  }
  if (data.refetch) return read(data.ids ?? (data.id === undefined ? null : [data.id]));
  show(data.object);
  return [data.object];
}

for (const [kind, apply] of Object.entries(OF_API)) {
  const name = `${model}.${kind}`;
  channel.bind(name, (object) => {
    log(name, API, object);
    apply(object);
    arrive("api", name, object);
  });
}

for (const kind of OF_BROADCASTS) {
  const name = `${model}.${kind}`;
  channel.bind(name, async (data) => {
    log(name, BROADCASTS, data);
    const ways = (await follow(kind, data)).map((object) => wayOf(object, data.changed));
    for (const way of new Set(ways)) arrive(way, name, data);
  });
}

channel.bind("pusher:subscription_succeeded", () => tell("follows", `This page follows ${channel.name}.`));
channel.bind("pusher:subscription_error", () => tell("refused", `This page may not follow ${channel.name}.`));
channel.bind("desk.pressed", ({ way, by }) => begin(way, by));
channel.bind("desk.written", ({ way }) => end(way));
channel.bind("onair:gap", () => read());

keepPage(live.querySelectorAll("form"));
offer(document.getElementById("api"));
