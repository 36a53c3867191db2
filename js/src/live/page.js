/** What only some live pages have: events, short messages, announcements, buttons, and who is there. */

import { Announcer } from "./announce.js";
import { addPause, addPill } from "./buttons.js";
import { handleEvents } from "./events.js";
import { LIVE, MET } from "./meeting.js";
import { join } from "./presence.js";
import { hearToasts } from "./toasts.js";

/** Begin, once onair.js has begun. The file may be on a page more than once, and come before the other. */
export function startPage() {
  /** @type {import("./meeting.js").Live | undefined} */
  const live = window[LIVE];
  if (!live) return document.addEventListener(MET, startPage, { once: true });
  if (live.taken) return;
  live.taken = true;
  const { onair, told, regions } = live;
  if (regions) {
    watchRegions(live, told, regions);
    handleEvents(onair, live, told, regions);
  }
  // Who asks for a channel chooses the connection, which the page's own scripts may still have to make.
  const begin = () => {
    hearToasts(onair);
    for (const presence of told?.presence ?? []) join(onair, live, presence);
  };
  if (onair.state === "disconnected") document.addEventListener("onair:state", begin, { once: true });
  else begin();
}

/**
 * Give the regions of the page what their tags ask for.
 *
 * @param {import("./meeting.js").Live} live
 * @param {{ regions: Record<string, import("./regions.js").Told>, texts?: import("./buttons.js").Texts }} told
 * @param {import("./regions.js").Regions} regions
 */
function watchRegions(live, told, regions) {
  /** @type {Announcer | undefined} */
  let announcer;
  /** @type {Map<string, (merge: import("./merge.js").Outcome) => void>} what is new, until the user asks for it */
  const holds = new Map();
  for (const id of Object.keys(regions.versions())) {
    const { announce, mode, pause } = told.regions[id] ?? {};
    if (announce) announcer ??= new Announcer();
    if (mode === "pill") holds.set(id, addPill(live, id, told.texts));
    if (pause) addPause(live, id, told.texts, (paused) => regions.pause(id, paused));
  }
  regions.applied = (id, merge) => {
    holds.get(id)?.(merge);
    announcer?.count(told.regions[id]?.announce, merge);
  };
}
