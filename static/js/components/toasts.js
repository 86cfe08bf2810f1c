// Short messages in the corner. Those of success disappear by themselves, errors are closed by hand.

import { element } from "../lib/element.js";
import { icon } from "./icons.js";

const QUIET_MS = 4000;
const UNDO_MS = 10_000;

/**
 * Show `text`; `bad` keeps it until closed; `hint` is a second, quieter line; `action` a button
 * {label, run}.
 */
export function toast(text, { bad = false, hint = "", action = null } = {}) {
  const words = [element("div", {}, text), hint && element("div", { class: "muted small" }, hint)];
  const box = element("div", { class: bad ? "toast bad" : "toast" }, element("div", {}, ...words));
  const close = () => box.remove();
  if (action) box.append(actionButton(action, close));
  box.append(closeButton(close));
  document.getElementById("toasts").append(box);
  if (!bad) setTimeout(close, action ? UNDO_MS : QUIET_MS);
  return box;
}

function actionButton({ label, run }, close) {
  const onclick = () => {
    close();
    run();
  };
  return element("button", { class: "btn", type: "button", onclick }, label);
}

function closeButton(onclick) {
  const settings = { class: "btn ghost tiny", type: "button", "aria-label": "Close", onclick };
  return element("button", settings, icon("x"));
}
