/** onair.js: the browser client, loaded by {% onair_script %}. */

import { start } from "./client.js";
import { startLive } from "./live/live.js";

const onair = start(window, document.currentScript?.dataset);
if (onair) startLive(onair);
