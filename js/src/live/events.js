/** What happens in the page is told to its view: a POST to the page's URL, and what the answer says is done. */

import { showErrors } from "./form-errors.js";
import { addGathered } from "./gather.js";
import { promise } from "./optimistic.js";
import { toast } from "./toasts.js";

/**
 * A handler of the view; its number is its place in the page's list.
 *
 * @typedef {{ on: string, at: string, gather: import("./gather.js").Gather, form?: boolean }} Handler
 */

/**
 * What the page's script is told. The token may be renewed.
 *
 * @typedef {{ token: string, csrf?: string, events?: Handler[] }} Told
 */

/**
 * The regions of the page, as far as its events are concerned.
 *
 * @typedef {object} Regions
 * @property {() => Record<string, string>} versions
 * @property {(patch: any) => void} applyPatch
 */

/** @typedef {import("./meeting.js").Live} Live */

/**
 * @typedef {object} Answer
 * @property {[step: string, ...rest: string[]][]} [ops]
 * @property {string} [redirect]
 * @property {Record<string, string[]>} [errors]   of the form
 * @property {object[]} [patches]   of the page's regions
 * @property {string} [error]   why it is refused
 * @property {boolean} [reload]   whether the page works again once it has been loaded anew
 */

/** Who does it twice means it once, and the page's own code may say that it is none. */
const ONCE = /^(click|submit)$/;

/** Events of which we have said ourselves that the browser has no more to do. */
const ours = new WeakSet();

/**
 * @param {import("../client.js").OnAir} onair
 * @param {Live} live
 * @param {Told} told
 * @param {Regions} regions
 */
export function handleEvents(onair, { csrfHeader, parse }, told, regions) {
  (told.events ?? []).forEach((handler, index) => {
    /** @type {Map<Element, boolean>} what is on its way, and whether it has happened again since */
    const sent = new Map();
    const { on, at, gather } = handler;

    const hear = (/** @type {Event} */ event) => {
      const target = /** @type {Element} */ (event.target);
      const found = event.bubbles ? target.closest?.(at) : target.matches?.(at) && target;
      if (!found || (event.defaultPrevented && ONCE.test(on) && !ours.has(event))) return;
      if (/^(submit|drop)$/.test(on) || (on === "click" && found.closest("a,button,[type=submit]"))) {
        event.preventDefault();
        ours.add(event);
      }
      emit(found, /** @type {any} */ (event).submitter);
    };

    /**
     * @param {Element} element
     * @param {HTMLButtonElement | null} [submitter]
     */
    const emit = async (element, submitter) => {
      if (sent.has(element)) return void sent.set(element, !ONCE.test(on));
      sent.set(element, false);
      const form = element.closest("form");
      const body = new FormData((handler.form && form) || undefined);
      if (submitter?.name) body.append(submitter.name, submitter.value);
      addGathered(body, gather, element);
      const settle = promise(submitter ?? /** @type {HTMLElement} */ (element));
      const { status, responseText } = await post(index, element, body);
      const answer = read(responseText);
      settle(!answer || status >= 400 || !!answer.errors);
      if (answer && status < 400) act(answer, element, form);
      else fail(element, status, answer);
      const again = sent.get(element);
      sent.delete(element);
      if (again) emit(element);
    };

    document.addEventListener(on, hear);
    document.addEventListener(on, (event) => event.bubbles || hear(event), true);
  });

  /**
   * @param {number} index
   * @param {Element} element
   * @param {FormData} body
   * @returns {Promise<XMLHttpRequest>} status 0 where nobody answers
   */
  function post(index, element, body) {
    const request = new XMLHttpRequest(); // which tells of an upload's progress, as fetch does not
    request.open("POST", location.href);
    const headers = {
      [csrfHeader]: told.csrf,
      "X-OnAir-Event": index,
      "X-OnAir-Token": told.token,
      "X-OnAir-Regions": JSON.stringify(regions.versions()),
      "X-Pusher-Socket-Id": onair.socketId ?? "",
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, String(value));
    request.upload.onprogress = ({ loaded, total }) => void say(element, "progress", { loaded, total });
    return new Promise((done) => {
      request.onloadend = () => done(request);
      request.send(body);
    });
  }

  /**
   * @param {Answer} answer
   * @param {Element} element
   * @param {HTMLFormElement | null} form
   */
  function act(answer, element, form) {
    for (const patch of answer.patches ?? []) regions.applyPatch(patch);
    if (form) showErrors(form, answer.errors ?? {});
    for (const [step, at, html] of answer.ops ?? []) {
      if (step === "toast") toast(at, html);
      else for (const found of document.querySelectorAll(at)) change(found, step, html == null ? [] : parse(html, found));
    }
    say(element, "answer", answer);
    if (answer.redirect) location.assign(answer.redirect);
  }
}

/**
 * @param {any} element
 * @param {string} step
 * @param {Node[]} nodes
 */
function change(element, step, nodes) {
  element[step === "html" ? "replaceChildren" : step]?.(...nodes);
}

/**
 * @param {string} text   no JSON where it is a page: of the login, or of an error
 * @returns {Answer | undefined}
 */
function read(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Element} element
 * @param {number} status
 * @param {Answer} [answer]
 */
function fail(element, status, { error, reload = status === 403 || (status > 0 && status < 400) } = {}) {
  const message = error ?? (reload ? "Your session has ended. Reload the page." : "That did not work. Try again.");
  if (!say(element, "error", { status, message, reload })) return;
  console.error(`onair: ${message} (${status})`);
  toast(message, "error");
}

/**
 * @param {Element} element   which may have left the page
 * @param {string} name
 * @param {object} detail
 * @returns {boolean} whether nobody has taken it for itself
 */
const say = (element, name, detail) =>
  (element.isConnected ? element : document).dispatchEvent(
    new CustomEvent("onair:" + name, { bubbles: true, cancelable: true, detail }),
  );
