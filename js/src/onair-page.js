/** onair-page.js: beside onair.js on the pages that need it; the site writes its element. */

import { startPage } from "./live/page.js";

startPage();
