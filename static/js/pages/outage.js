// The page in place of one that cannot be read or stored just now. It asks whether the database
// answers again; then a page that was read is loaded anew, and one that was sent says so.

import { isReady } from "../lib/readiness.js";

const ASK_MS = 2000;
// What is wrong may be something else than the database: then it helps only to try.
const LONGEST_MS = 20_000;

const main = document.querySelector("[data-state]");
const began = Date.now();

async function look() {
  if ((await isReady(main.dataset.state)) || Date.now() - began > LONGEST_MS) return goOn();
  setTimeout(look, ASK_MS);
}

function goOn() {
  if ("reload" in main.dataset) return location.reload();
  main.querySelector("[data-said]").textContent = "Studio answers again. Send it now.";
}

setTimeout(look, ASK_MS);
