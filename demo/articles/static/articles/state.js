// Shows whether the page is live. onair.js tells of every change by the event "onair:state".

const LABELS = {
  connecting: "Connecting",
  connected: "Live",
  unavailable: "Offline",
  disconnected: "Offline",
  refused: "Offline",
};

const pill = document.getElementById("state");

function show(state) {
  pill.dataset.state = state;
  pill.textContent = LABELS[state] ?? state;
}

document.addEventListener("onair:state", (event) => show(event.detail.state));
show(window.onair.state);
