// While the database does not answer, the reads of a page wait together for it: one line in the
// corner and one question every two seconds, instead of an error for each of them.

import { isReady } from "../lib/readiness.js";
import { toast } from "./toasts.js";

const ASK_MS = 2000;
const WORDS = "The database does not answer.";
const HINT = "This page goes on by itself when it does.";

let waiting = null;

/** Tell whether the page waits for the database. */
export const isAway = () => waiting !== null;

/** Return when the database answers again. Throws the AbortError of `signal`. */
export function untilBack(signal) {
  waiting ??= wait();
  return signal ? Promise.race([waiting, aborted(signal)]) : waiting;
}

async function wait() {
  const told = toast(WORDS, { bad: true, hint: HINT });
  tellPage();
  do await new Promise((done) => setTimeout(done, ASK_MS));
  while (!(await isReady(document.body.dataset.ready)));
  told.remove();
  waiting = null;
  tellPage();
}

// After `waiting` has changed.
const tellPage = () =>
  queueMicrotask(() => document.dispatchEvent(new CustomEvent("studio:outage")));

function aborted(signal) {
  signal.throwIfAborted();
  return new Promise((_, refuse) =>
    signal.addEventListener("abort", () => refuse(signal.reason), { once: true }),
  );
}
