/** onair.js: the browser client, loaded by {% onair_script %}. */

import { start } from "./client.js";

start(window, document.currentScript?.dataset);
