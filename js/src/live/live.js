/** Live pages: only on a page that says that it is one. */

import { startOf } from "./apply.js";
import { parse } from "./html.js";
import { LIVE, MET } from "./meeting.js";
import { Regions } from "./regions.js";

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
  window[LIVE] = { onair, told, regions, csrfHeader: onair._settings.csrfHeader, parse, startOf };
  document.dispatchEvent(new CustomEvent(MET));
}
