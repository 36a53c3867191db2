// Keeps the wire complete: what was sent while this page was offline comes when it is back, in its order.
// Where the server cannot say what was missed ("onair:gap"), the page reads the wire again.

const { onair } = window;

const wire = document.getElementById("wire");
const status = document.getElementById("wire-status");
const screens = document.getElementById("screens");
const network = document.getElementById("network");
const template = document.getElementById("dispatch");
const channel = onair.subscribe(wire.dataset.channel);

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** Whether this page has been away, and how many lines have come since it is back. */
let away = false;
let missed = 0;
let settling = 0;

function add({ id, sent_at, ...fields }) {
  const line = template.content.firstElementChild.cloneNode(true);
  line.dataset.id = id;
  line.querySelector("time").dateTime = sent_at;
  line.querySelector("time").textContent = clock.format(new Date(sent_at));
  for (const field of line.querySelectorAll("[data-field]")) field.textContent = fields[field.dataset.field];
  line.classList.toggle("missed", away);
  wire.prepend(line);
  if (away) tell(`While you were offline ${++missed === 1 ? "one line" : `${missed} lines`} came in. Nothing is missing.`);
}

function tell(sentence, isTrouble = false) {
  status.textContent = sentence;
  status.classList.toggle("trouble", isTrouble);
}

async function readAgain() {
  away = false;
  const response = await fetch(window.location.href);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  wire.replaceChildren(...fresh.getElementById("wire").children);
  tell("What came in meanwhile is not known any more: the wire was read again.", true);
}

function settle() {
  if (away && missed === 0) tell("You are back. Nothing came in meanwhile.");
  away = false;
}

// The first is said by the page's own view, the second by the REST API.
for (const event of ["dispatch", "dispatch.create"]) {
  channel.bind(event, (dispatch) => {
    // The page may have been sent with it already.
    if (!wire.querySelector(`[data-id="${dispatch.id}"]`)) add(dispatch);
  });
}
channel.bind("onair:gap", readAgain);
channel.bind("pusher:subscription_count", ({ subscription_count: count }) => {
  screens.textContent = count === 1 ? "On this screen alone" : `On ${count} screens`;
});
// What was missed comes at once; what comes later is new.
channel.bind("pusher:subscription_succeeded", () => (settling = setTimeout(settle, 500)));

network.addEventListener("click", () => (onair.state === "disconnected" ? onair.connect() : onair.disconnect()));
document.addEventListener("onair:state", ({ detail }) => {
  const online = detail.state === "connected";
  network.textContent = detail.state === "disconnected" ? "Come back" : "Go offline";
  if (online || detail.previous !== "connected") return;
  clearTimeout(settling);
  away = true;
  missed = 0;
  screens.textContent = "";
  tell("You are offline.", true);
});
