/** Live pages: only on a page that says that it is one. */

import { handleEvents } from "./events.js";
import { join } from "./presence.js";
import { Regions } from "./regions.js";
import { hearToasts } from "./toasts.js";

/**
 * Follow the regions of the page, as soon as all of it is there and before other scripts change it.
 *
 * @param {import("../client.js").OnAir} onair
 */
export function startLive(onair) {
  if (document.readyState === "loading") {
    return document.addEventListener("DOMContentLoaded", () => startLive(onair), { once: true });
  }
  const data = document.getElementById("onair-live")?.textContent;
  const told = data && JSON.parse(data);
  const regions = told && new Regions(onair, told);
  if (regions) handleEvents(onair, told, regions);
  // Who asks for a channel chooses the connection, which the page's own scripts may still have to make.
  const begin = () => {
    hearToasts(onair);
    for (const presence of told?.presence ?? []) join(onair, presence);
  };
  if (onair.state === "disconnected") document.addEventListener("onair:state", begin, { once: true });
  else begin();
}
