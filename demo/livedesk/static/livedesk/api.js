// Writes through the REST API, as any other program would.

import { address, topmost } from "./rows.js";
import { begin } from "./ways.js";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export function offer(panel) {
  if (!panel) return;
  const { column } = panel.dataset;
  const outcome = document.getElementById("api-outcome");
  const spare = document.getElementById("spare");

  const calls = {
    create: () => ({
      method: "POST",
      url: address(),
      body: { ...JSON.parse(panel.dataset.example), [column]: `Filed through the API at ${clock.format()}` },
    }),
    update: () => ({
      method: "PATCH",
      url: address(topmost()?.dataset.id),
      body: { [column]: `Corrected through the API at ${clock.format()}` },
    }),
    delete: () => {
      const row = topmost("api", "bulk_create");
      return row && { method: "DELETE", url: address(row.dataset.id) };
    },
  };

  panel.addEventListener("click", async ({ target }) => {
    const make = calls[target.dataset.call];
    if (!make) return;
    const call = make();
    if (!call) {
      outcome.dataset.state = "silent";
      outcome.textContent = "Nothing is there to delete: POST something first.";
      return;
    }
    begin("api", null);
    const headers = {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value,
    };
    if (spare.checked) headers["X-Pusher-Socket-Id"] = window.onair.socketId;
    const response = await fetch(call.url, {
      method: call.method,
      headers,
      body: call.body && JSON.stringify(call.body),
    });
    if (!response.ok) {
      outcome.dataset.state = "wrong";
      outcome.textContent = `The API answered ${response.status}.`;
    }
  });
  panel.hidden = false;
}
