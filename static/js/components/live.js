// Live parts. An element with data-live asks its own address with the stamp it holds:
//   <section id="x" data-live="/address?query" data-stamp="…">
// 204: nothing new. Otherwise the answer holds the same element anew, and replaces it. Ask faster
// while somebody looks, never while a menu or a field inside is in use, never after the end
// (an element without data-live).

import { recall, remember } from "../lib/store.js";
import { onKey } from "./keyboard.js";

const SEEN_MS = 2500;
const HIDDEN_MS = 60_000;
const SLOWEST_MS = 30_000;

let failures = 0;
let timer = null;
const others = new Set();

const button = () => document.getElementById("live");
const regions = () => [...document.querySelectorAll("[data-live]")];
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

export function startLive() {
  button()?.addEventListener("click", toggle);
  onKey(".", toggle);
  document.addEventListener("visibilitychange", () => document.hidden || soon(0));
  addEventListener("online", () => soon(0));
  document.addEventListener("htmx:afterSettle", show);
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
  timer = setTimeout(round, ms);
}

function pace() {
  if (document.hidden) return HIDDEN_MS;
  return Math.min(SLOWEST_MS, SEEN_MS * 2 ** failures);
}

async function round() {
  if (isOn() && (regions().length || others.size)) {
    const asked = [...regions().map(refresh), ...[...others].map((ask) => ask())];
    const outcomes = await Promise.allSettled(asked);
    failures = outcomes.some((outcome) => outcome.status === "rejected") ? failures + 1 : 0;
    show();
  }
  soon(pace());
}

function show() {
  const light = button();
  if (!light) return;
  light.hidden = !(regions().length || others.size);
  const state = !isOn() ? "off" : failures ? "offline" : "live";
  light.dataset.state = state;
  light.title = TITLES[state];
  light.setAttribute("aria-label", TITLES[state]);
  light.querySelector(".word").textContent = WORDS[state];
}

const WORDS = { live: "Live", off: "Paused", offline: "Offline" };
const TITLES = {
  live: "Live: changes show by themselves. Click to pause.",
  off: "Paused. Click for live updates.",
  offline: "The studio does not answer. Trying again.",
};

async function refresh(region) {
  if (isBusy(region)) return;
  const address = new URL(region.dataset.live, location.href);
  address.searchParams.set("since", region.dataset.stamp ?? "");
  const answer = await fetch(address, { headers: { "HX-Request": "true", "X-Live": region.id } });
  if (answer.status === 204) return;
  if (answer.status === 401) return location.reload();
  if (!answer.ok) throw new Error(answer.statusText);
  const text = await answer.text();
  if (region.isConnected && !isBusy(region)) replace(region, text);
}

const isBusy = (region) =>
  Boolean(region.querySelector("details.menu[open], :is(input, textarea, select):focus, .htmx-request")) ||
  Boolean(document.querySelector("dialog[open]"));

function replace(region, text) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  window.htmx.swap(region, text, { swapStyle: "outerHTML" });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
