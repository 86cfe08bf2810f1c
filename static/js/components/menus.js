// <details class="menu">: one open at a time; Escape, choosing and clicking elsewhere close it.
// Its sheet stands whole on the screen.

import { placeBy } from "./placement.js";

const openMenus = () => document.querySelectorAll("details.menu[open]");

export function startMenus() {
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest(".sheet button, .sheet a");
    for (const menu of openMenus()) {
      if (!menu.contains(event.target) || (chosen && !chosen.closest("[data-keep-open]"))) {
        menu.open = false;
      }
    }
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("toggle", ({ target }) => placeSheet(target), true);
}

// What a menu lists may come after it was opened, and make its sheet larger.
const growing = new ResizeObserver((entries) => entries.forEach(({ target }) => place(target)));

function placeSheet(menu) {
  const sheet = menu.matches?.("details.menu") && menu.querySelector(".sheet");
  if (!sheet) return;
  if (!menu.open) return growing.unobserve(sheet);
  place(sheet);
  growing.observe(sheet);
}

function place(sheet) {
  const end = !sheet.classList.contains("left");
  placeBy(sheet, sheet.closest("details").querySelector("summary"), { gap: 4, end });
}

function onKey(event) {
  const menu = event.target.closest?.("details.menu[open]") ?? openMenus()[0];
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    moveFocus(menu, event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  }
}

function moveFocus(menu, by) {
  const items = [...menu.querySelectorAll(".sheet :is(a, button, input)")];
  const at = items.indexOf(document.activeElement);
  items.at((at + by + items.length) % items.length)?.focus();
}
