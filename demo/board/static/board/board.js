// Cards are dragged. All that this does is to fill in and send the form that each card has anyway: who has no
// mouse, or no JavaScript, presses its buttons.

const lanes = document.getElementById("lanes");

/** The card that is being dragged. */
let dragged = null;

const cardOf = (element) => element.closest("[data-ticket]");
const laneOf = (element) => element.closest("[data-column]");

/** The card in front of which one goes that is dropped at this height; nothing at the end. */
function placeIn(lane, y) {
  const others = [...lane.querySelectorAll("[data-ticket]")].filter((card) => card !== dragged);
  return others.find((card) => {
    const { top, height } = card.getBoundingClientRect();
    return y < top + height / 2;
  });
}

function point(lane, before) {
  for (const marked of lanes.querySelectorAll(".drop-here")) marked.classList.remove("drop-here");
  (before ?? lane?.querySelector(".cards"))?.classList.add("drop-here");
}

lanes.addEventListener("dragstart", (event) => {
  dragged = cardOf(event.target);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector(".card-title").textContent);
  dragged.classList.add("dragged");
});

lanes.addEventListener("dragover", (event) => {
  const lane = laneOf(event.target);
  if (!dragged || !lane) return;
  event.preventDefault();
  point(lane, placeIn(lane, event.clientY));
});

lanes.addEventListener("drop", (event) => {
  const lane = laneOf(event.target);
  const form = dragged?.querySelector("form.move");
  if (!form || !lane) return;
  event.preventDefault();
  const before = placeIn(lane, event.clientY);
  const fill = ({ formData }) => {
    formData.set("column", lane.dataset.column);
    formData.set("before", before?.dataset.ticket ?? "");
  };
  form.addEventListener("formdata", fill, { once: true });
  form.requestSubmit();
});

lanes.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  point();
});

// A card that has been moved by its button is another element then: whoever pressed it goes on where it is,
// until the next key or click.
let pressed = null;

for (const begin of ["keydown", "pointerdown"]) document.addEventListener(begin, () => (pressed = null), true);

lanes.addEventListener("submit", ({ target, submitter }) => {
  pressed = submitter && { ticket: cardOf(target).dataset.ticket, step: submitter.value };
});

const canBeSeen = (button) => getComputedStyle(button).visibility === "visible";

document.addEventListener("onair:patched", () => {
  const card = pressed && lanes.querySelector(`[data-ticket="${pressed.ticket}"]`);
  if (!card || card.contains(document.activeElement)) return;
  const buttons = [...card.querySelectorAll(".move button")].filter(canBeSeen);
  (buttons.find(({ value }) => value === pressed.step) ?? buttons[0])?.focus();
});
