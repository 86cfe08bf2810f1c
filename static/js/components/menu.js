// A small menu at an element: arrows move, Enter chooses, Esc closes and gives the focus back.

import { icon } from "./icons.js";

let current = null;

/** Open a menu under `anchor`. Items: {label, run, checked} | {heading} | {separator: true}. */
export function openMenu(anchor, items) {
  closeMenu();
  const menu = document.createElement("div");
  menu.className = "sheet popup";
  menu.setAttribute("role", "menu");
  menu.setAttribute("popover", "auto");
  menu.append(...items.map(drawItem));
  document.body.append(menu);
  menu.showPopover();
  place(menu, anchor);
  current = { menu, back: document.activeElement };
  menu.addEventListener("keydown", moveByKeys);
  menu.addEventListener("toggle", (event) => event.newState === "closed" && closeMenu());
  menu.querySelector("button")?.focus();
}

export function closeMenu() {
  if (!current) return;
  const { menu, back } = current;
  current = null;
  menu.remove();
  if (back?.isConnected) back.focus({ preventScroll: true });
}

function drawItem(item) {
  if (item.separator) return Object.assign(document.createElement("hr"), { role: "separator" });
  if (item.heading) {
    return Object.assign(document.createElement("h3"), { textContent: item.heading });
  }
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", item.checked === undefined ? "menuitem" : "menuitemradio");
  if (item.checked !== undefined) button.setAttribute("aria-checked", String(item.checked));
  button.append(item.label);
  if (item.checked) button.append(icon("check"));
  button.addEventListener("click", () => {
    closeMenu();
    item.run();
  });
  return button;
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - menu.offsetWidth - 8);
  const below = box.bottom + menu.offsetHeight < innerHeight;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${Math.max(8, below ? box.bottom + 2 : box.top - menu.offsetHeight - 2)}px`;
}

function moveByKeys(event) {
  const buttons = [...current.menu.querySelectorAll("button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const index = buttons.indexOf(document.activeElement);
  buttons[(index + step + buttons.length) % buttons.length].focus();
}
