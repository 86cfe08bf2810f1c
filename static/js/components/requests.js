// Requests to the studio: the CSRF token goes along, an answer is waited for only so long, and a
// refusal becomes an Error with the studio's own words.

import { isAway, untilBack } from "./outage.js";
import { noteRole } from "./role.js";
import { toast } from "./toasts.js";

const LONGEST_WAIT_MS = 30_000;
const SILENT = { text: "Studio is not responding.", hint: "Check the connection and try again." };
const SLOW = { text: "Studio took too long to respond.", hint: "Try again in a moment." };
const REFUSED = { text: "Studio could not do that.", hint: "Try again." };
const UNREADABLE = { text: "Studio sent an unreadable response.", hint: "Try again." };

// A read that is refused with this waits for the database, and is tried again so many times. No
// read is begun while the page waits.
const AWAY = 503;
const TRIES = 3;
const READS = ["GET", "HEAD"];

const WORDS = { TimeoutError: SLOW, SyntaxError: UNREADABLE };

/** Why a request failed: `status` is 0 without an answer, `hint` what to do, `body` its JSON. */
export class RequestError extends Error {
  constructor({ text, hint = "" }, status = 0, body = null) {
    super(text);
    Object.assign(this, { name: "RequestError", hint, status, body });
  }
}

/** Tell whether a request was aborted by its own `signal`: there is no error to show then. */
export const isAborted = (error) => error?.name === "AbortError";

/** Return the JSON at `address`, null for 204. Options are those of `ask`. */
export async function fetchJson(address, options = {}) {
  const answer = await ask(address, options);
  return answer.status === 204 ? null : read(answer.json());
}

/** Return the text at `address`, null for 204. Options are those of `ask`. */
export async function fetchText(address, options = {}) {
  const answer = await ask(address, options);
  return answer.status === 204 ? null : read(answer.text());
}

/** Send `body` as JSON and return the JSON of the answer, null for 204. */
export function sendJson(address, body, { method = "POST", ...options } = {}) {
  const headers = { "Content-Type": "application/json", ...options.headers };
  return fetchJson(address, { ...options, method, headers, body: JSON.stringify(body) });
}

/**
 * Return the good answer (2xx) of `address`, its body still to be read. Takes what `fetch` takes
 * and `waitMs`, 0 for as long as it takes. A read waits while the database is away. Throws a
 * RequestError when the studio refuses or does not answer, and the AbortError of `signal`.
 */
export async function ask(address, options = {}) {
  const isRead = READS.includes(options.method ?? "GET");
  for (let left = isRead ? TRIES - 1 : 0; ; left--) {
    if (isRead && isAway()) await untilBack(options.signal);
    const answer = await askOnce(address, options);
    noteRole(answer.status, answer.headers.get("X-Role"));
    if (answer.ok) return answer;
    const body = readBody(await read(answer.text()));
    if (answer.status !== AWAY || !left) {
      throw new RequestError(wordsOf(body), answer.status, body);
    }
    await untilBack(options.signal);
  }
}

function askOnce(address, { signal, waitMs = LONGEST_WAIT_MS, ...options }) {
  const limits = [signal, waitMs ? AbortSignal.timeout(waitMs) : null].filter(Boolean);
  return read(
    fetch(address, {
      ...options,
      signal: limits.length ? AbortSignal.any(limits) : null,
      headers: { Accept: "application/json", ...pageHeaders(), ...options.headers },
    }),
  );
}

/** Run `action`; errors of its requests are shown in the corner of the page. */
export async function tellFailure(action) {
  try {
    return await action();
  } catch (error) {
    if (!isAborted(error)) tell(error);
    return undefined;
  }
}

/**
 * Post a form; the answer's events (refresh, toast) are passed on to the page. Returns whether the
 * studio has taken it.
 */
export function post(address, fields) {
  return tellFailure(async () => {
    const answer = await ask(address, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "HX-Request": "true" },
    });
    dispatch(JSON.parse(answer.headers.get("HX-Trigger") ?? "{}"));
    return true;
  });
}

/** Show the errors of htmx, and the messages in the answers to writes. */
export function startRequests() {
  document.addEventListener("htmx:confirm", holdRead);
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    noteRole(xhr.status, xhr.getResponseHeader("X-Role"));
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, elt, requestConfig } = event.detail;
    if (xhr.status === AWAY && requestConfig.verb === "get") return askAgain(event.detail);
    const { text, hint } = wordsOf(readBody(xhr.responseText));
    const form = elt.closest("form");
    const place = form?.querySelector("[data-refused]");
    const seen = xhr.getResponseHeader("X-Seen");
    if (form && seen) seeText(form, ...seen.split(" "));
    if (place) place.textContent = text;
    else toast(text, { bad: true, hint });
  });
  document.addEventListener("htmx:sendError", () => tell(new RequestError(SILENT)));
  document.addEventListener("htmx:timeout", () => tell(new RequestError(SLOW)));
  document.addEventListener("studio:toast", (event) => showToast(event.detail));
}

/** Somebody else has changed a text: sent again, the form replaces it. */
function seeText(form, field, stamp) {
  form.elements[`${field}_seen`].value = stamp;
  form.dataset.isStale = "";
}

/** Let htmx read again when the database answers: `holdRead` keeps the read until then. */
function askAgain({ elt, target, requestConfig }) {
  untilBack();
  window.htmx.ajax("GET", requestConfig.path, { source: elt, target });
}

const held = new WeakSet();

/** Keep a read of htmx until the database answers, one for each element. */
async function holdRead(event) {
  const { elt, verb, issueRequest } = event.detail;
  if (verb !== "get" || !isAway()) return;
  event.preventDefault();
  if (held.has(elt)) return;
  held.add(elt);
  await untilBack();
  held.delete(elt);
  if (elt.isConnected) issueRequest();
}

const pageHeaders = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

/** Return the result of `step`. Throws a RequestError, or the AbortError as it is. */
async function read(step) {
  try {
    return await step;
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new RequestError(WORDS[error.name] ?? SILENT);
  }
}

function readBody(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function wordsOf(body) {
  const text = body?.message || body?.title;
  return text ? { text, hint: body.hint } : REFUSED;
}

const tell = (error) => toast(error.message, { bad: true, hint: error.hint });

function showToast({ text, undo }) {
  const action = undo && { label: "Undo", run: () => post(undo.address, undo.fields) };
  toast(text, { action });
}

function dispatch(events) {
  for (const [name, detail] of Object.entries(events)) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
