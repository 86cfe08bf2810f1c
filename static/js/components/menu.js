// A small menu at an element: arrows move, Enter chooses, Esc closes and gives the focus back.

import { element } from "../lib/element.js";
import { icon } from "./icons.js";
import { placeBy } from "./placement.js";

let current = null;

/**
 * Open a menu under `anchor`. Items: {label, run, checked, many, off} | {heading} |
 * {separator: true}; of items with `many`, any number may be checked, of others one.
 */
export function openMenu(anchor, items) {
  closeMenu();
  const settings = { class: "sheet popup", role: "menu", popover: "auto" };
  const menu = element("div", settings, ...items.filter((item) => !item.off).map(drawItem));
  // Inside a dialog, because what lies outside an open one takes no clicks.
  (anchor.closest("dialog, main, header") ?? document.body).append(menu);
  menu.showPopover();
  placeBy(menu, anchor);
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
  if (item.separator) return element("hr", { role: "separator" });
  if (item.heading) return element("h3", { textContent: item.heading });
  const role = item.many ? "menuitemcheckbox" : "menuitemradio";
  return element(
    "button",
    {
      type: "button",
      role: item.checked === undefined ? "menuitem" : role,
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      onclick: () => {
        closeMenu();
        item.run();
      },
    },
    item.label,
    item.checked && icon("check"),
  );
}

function moveByKeys(event) {
  const buttons = [...current.menu.querySelectorAll("button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const index = buttons.indexOf(document.activeElement);
  buttons[(index + step + buttons.length) % buttons.length].focus();
}
