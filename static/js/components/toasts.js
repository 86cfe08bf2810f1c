// Short messages in the corner. Good news leaves by itself, bad news waits to be read.

import { icon } from "./icons.js";

const QUIET_MS = 4000;
const UNDO_MS = 10_000;

/**
 * Show `text`; `bad` keeps it until closed; `hint` is a second, quieter line; `action` a button
 * {label, run}.
 */
export function toast(text, { bad = false, hint = "", action = null } = {}) {
  const box = document.createElement("div");
  box.className = bad ? "toast bad" : "toast";
  const words = document.createElement("div");
  words.append(line(text), ...(hint ? [line(hint, "muted small")] : []));
  box.append(words, ...(action ? [actionButton(box, action)] : []), closeButton(box));
  document.getElementById("toasts").append(box);
  if (!bad) setTimeout(() => box.remove(), action ? UNDO_MS : QUIET_MS);
  return box;
}

function line(text, className = "") {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  return element;
}

function actionButton(box, { label, run }) {
  const button = document.createElement("button");
  button.className = "btn";
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => {
    box.remove();
    run();
  });
  return button;
}

function closeButton(box) {
  const button = document.createElement("button");
  button.className = "btn ghost tiny";
  button.type = "button";
  button.setAttribute("aria-label", "Close");
  button.append(icon("x"));
  button.addEventListener("click", () => box.remove());
  return button;
}
