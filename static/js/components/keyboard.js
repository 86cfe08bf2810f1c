// Shortcuts of every page. Others join with `onKey("x", action)`; typing in a field is left alone.

import { recall, remember } from "../lib/store.js";
import { openPanel } from "./panels.js";

const FIRST_KEY_MS = 1500;
const actions = new Map();
let firstKeyAt = 0;

/** Run `action` on `key`, unless the reader is typing, in a panel, or has switched shortcuts off. */
export const onKey = (key, action) => actions.set(key, action);

export function startKeyboard() {
  onKey("/", () => document.getElementById("search")?.select());
  onKey("?", () => openPanel(document.getElementById("shortcuts")));
  onKey("g", () => (firstKeyAt = Date.now()));
  document.addEventListener("keydown", handle);
  const box = document.querySelector("[data-shortcuts-switch]");
  box.checked = recall("shortcuts") !== "off";
  box.addEventListener("change", () => remember("shortcuts", box.checked ? null : "off"));
}

function handle(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || recall("shortcuts") === "off") return;
  if (document.querySelector("dialog[open]")) return;
  if (followPlace(event.key)) return event.preventDefault();
  const action = actions.get(event.key);
  if (!action) return;
  event.preventDefault();
  action(event);
}

const isTyping = (target) =>
  target.isContentEditable || target.matches?.("input:not([type=checkbox]), textarea, select");

function followPlace(key) {
  const isSecond = Date.now() - firstKeyAt < FIRST_KEY_MS;
  const place = isSecond && document.querySelector(`.rail [data-key="${CSS.escape(key)}"]`);
  firstKeyAt = 0;
  if (place) place.click();
  return Boolean(place);
}
