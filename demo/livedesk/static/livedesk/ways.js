// The buttons, and what came of each: in this window and in all others.

const ways = document.getElementById("ways");

/** How long after the write its event may take before the page says that none came. In milliseconds. */
const PATIENCE = 1500;

/** The events that came since a button was pressed, for each way to write. */
const arrivals = new Map();

const outcomeOf = (way) =>
  way === "api"
    ? document.getElementById("api-outcome")
    : ways.querySelector(`[data-way="${CSS.escape(way)}"] .way-outcome`);

function span(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

function say(outcome, state, ...content) {
  outcome.dataset.state = state;
  outcome.replaceChildren(...content);
}

/** Somebody has pressed a button. */
export function begin(way, who) {
  const outcome = outcomeOf(way);
  if (!outcome) return;
  arrivals.set(way, new Map());
  say(outcome, "waiting", who === null ? "Sent …" : `${who} has pressed it …`);
}

/** An event came, of a row that was last written in this way. */
export function arrive(way, event, data) {
  const outcome = outcomeOf(way);
  if (!outcome) return;
  const names = arrivals.get(way) ?? new Map();
  arrivals.set(way, names);
  names.set(event, (names.get(event) ?? 0) + 1);
  const shown = [...names].flatMap(([name, count]) => [
    span("way-name", count > 1 ? `${name} × ${count}` : name),
    " ",
  ]);
  // What is short comes first: there is one line for it.
  const { object, ...rest } = data;
  shown.push(span("way-data", JSON.stringify(object === undefined ? data : { ...rest, object })));
  say(outcome, way === "rollback" ? "wrong" : "arrived", ...shown);
}

/** The write is over: its event is here, or comes at once, or never. */
export function end(way) {
  const row = ways.querySelector(`[data-way="${CSS.escape(way)}"]`);
  const pressed = arrivals.get(way);
  if (!row || !pressed) return;
  setTimeout(() => {
    if (arrivals.get(way) !== pressed || pressed.size > 0) return;
    const expected = way === "rollback" ? "expected" : "silent";
    say(outcomeOf(way), expected, row.dataset.silence || "Nothing has come yet.");
  }, PATIENCE);
}

/** Lets the forms of the page be sent without leaving it: a page that loads again would miss its own event. */
export function keepPage(forms) {
  for (const form of forms) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      const way = form.closest("[data-way]")?.dataset.way;
      button.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
        if (!response.ok && way) say(outcomeOf(way), "wrong", `The site answered ${response.status}.`);
      } catch {
        if (way) say(outcomeOf(way), "wrong", "The site does not answer.");
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }
}
