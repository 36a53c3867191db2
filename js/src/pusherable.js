/** pusherable.js: loaded by {% pusherable_script %}, and again by each {% pusherable_subscribe %}, in their order. */

import { run } from "./tags.js";

// The page's function may be a `const`, which is no property of the window.
const notify = (/** @type {string} */ event, /** @type {unknown} */ data) => {
  if (typeof pusherable_notify === "function") pusherable_notify(event, data);
};

run(window, document.currentScript?.dataset, notify);
