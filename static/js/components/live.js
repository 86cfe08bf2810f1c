// Live parts. They ask their address, all parts of one address together, with the stamps they
// hold:
//   <div id="list" data-part="/address?query" data-stamp="…" data-live>
// 204: nothing new. Otherwise the answer holds the changed elements anew. Ask faster while
// somebody looks, never while a menu, a field or a panel is in use, never after the end (a part
// without data-live). A write tells the page to ask at once, ended or not: `studio:refresh`.

import { recall, remember } from "../lib/store.js";
import { isBusy } from "./busy.js";
import { onKey } from "./keyboard.js";
import { isRefusal, leaveIfLost } from "./lost.js";
import { isAway } from "./outage.js";
import { fetchText } from "./requests.js";

const SEEN_MS = 2500;
const HIDDEN_MS = 60_000;
const SLOWEST_MS = 30_000;

let failures = 0;
let timer = null;
const others = new Set();

const button = () => document.getElementById("live");
const parts = (which) => [...document.querySelectorAll(which)];
const isAnyLive = () => parts("[data-live]").length + others.size > 0;
const isOn = () => recall("live") !== "off";

/** Ask `refresh` along with the live parts of the page; returns how to stop. */
export function alsoLive(refresh) {
  others.add(refresh);
  show();
  return () => {
    others.delete(refresh);
    show();
  };
}

/** Like `alsoLive`, until the run of the page has ended, and `isDone` where more may follow then. */
export function liveUntilEnd(refresh, isDone = () => true) {
  const stop = alsoLive(async () => {
    const hasEnded = document.querySelector("#run-head:not([data-live])");
    await refresh();
    if (hasEnded && isDone()) stop();
  });
}

export function startLive() {
  button()?.addEventListener("click", toggle);
  onKey(".", toggle);
  document.addEventListener("visibilitychange", () => document.hidden || soon(0));
  addEventListener("online", () => soon(0));
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("studio:refresh", () => round(true));
  document.addEventListener("studio:outage", show);
  show();
  soon(SEEN_MS);
}

function toggle() {
  remember("live", isOn() ? "off" : null);
  show();
  if (isOn()) soon(0);
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => round(false), ms);
}

function pace() {
  if (document.hidden) return HIDDEN_MS;
  return Math.min(SLOWEST_MS, SEEN_MS * 2 ** failures);
}

async function round(isForced) {
  const asking = isForced ? parts("[data-part]") : isOn() ? parts("[data-live]") : [];
  const groups = Map.groupBy(asking, (part) => part.dataset.part);
  const asked = [...groups].map(([address, group]) => refresh(address, group, isForced));
  const along = isOn() || isForced ? [...others].map((ask) => ask()) : [];
  const outcomes = await Promise.allSettled([...asked, ...along]);
  const errors = outcomes.filter(({ status }) => status === "rejected").map((one) => one.reason);
  failures = errors.length ? failures + 1 : 0;
  const refused = errors.find((error) => isRefusal(error.status));
  if (refused && (await leaveIfLost(refused.status))) return;
  show();
  soon(pace());
}

function show() {
  const light = button();
  if (!light) return;
  light.hidden = !isAnyLive();
  const state = !isOn() ? "off" : failures || isAway() ? "offline" : "live";
  light.dataset.state = state;
  light.title = TITLES[state];
  light.setAttribute("aria-label", TITLES[state]);
  light.querySelector(".word").textContent = WORDS[state];
}

const WORDS = { live: "Live", off: "Paused", offline: "Offline" };
const TITLES = {
  live: "Live updates are on. Click to pause.",
  off: "Live updates are paused. Click to resume.",
  offline: "Connection lost. Retrying…",
};

async function refresh(address, group, isForced) {
  if (!isForced && group.some(isBusy)) return;
  const url = new URL(address, location.href);
  url.searchParams.set("since", group.map((part) => `${part.id}.${part.dataset.stamp}`).join("~"));
  const text = await fetchText(url, { headers: { "HX-Request": "true" } });
  if (text === null) return;
  const isStill = group.every((part) => part.isConnected && part.dataset.part === address);
  if (isStill && (isForced || !group.some(isBusy))) replaceParts(text);
}

/** Put changed parts into the page, keeping the focus where it was. */
export function replaceParts(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  for (const part of [...fresh.children]) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const before = cellsOf(old);
    const opened = [...old.querySelectorAll("details[id][open]")].map((details) => details.id);
    window.htmx.swap(old, part.outerHTML, { swapStyle: "outerHTML" });
    flash(before, document.getElementById(part.id));
    opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("studio:live", { detail: { id: part.id } }));
  }
}

/** What the table cells of a part say, by the head of their row and their place in it. */
function cellsOf(part) {
  const cells = new Map();
  for (const row of part.querySelectorAll("tbody tr")) {
    const [head, ...others] = row.cells;
    others.forEach((cell, index) =>
      cells.set(`${head.textContent}/${index}`, [cell, saidBy(cell)]),
    );
  }
  return cells;
}

// A time is compared as it is: how long ago it was changes with every second.
const saidBy = (cell) => cell.querySelector("time")?.dataset.ms ?? cell.textContent;

/** Cells that say something else than before light up for a moment. */
function flash(before, part) {
  for (const [place, [cell, said]] of cellsOf(part)) {
    if (before.has(place) && before.get(place)[1] !== said) cell.classList.add("changed");
  }
}
