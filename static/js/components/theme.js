// The reader's theme: system, light or dark, and whether the rail is folded.

import { recall, remember } from "../lib/store.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

/** Tells charts to take their colours anew. */
const announce = () => document.dispatchEvent(new CustomEvent("studio:theme"));

export function startTheme() {
  mark(recall("theme") ?? "system");
  system.addEventListener("change", announce);
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) choose(choice.dataset.themeChoice);
    if (event.target.closest("[data-fold-rail]")) foldRail();
  });
}

function choose(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember("theme", theme === "system" ? null : theme);
  mark(theme);
  announce();
}

function mark(theme) {
  for (const choice of document.querySelectorAll("[data-theme-choice]")) {
    choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === theme));
  }
}

function foldRail() {
  const narrow = root.dataset.rail !== "narrow";
  if (narrow) root.dataset.rail = "narrow";
  else delete root.dataset.rail;
  remember("rail", narrow ? "narrow" : null);
  window.dispatchEvent(new Event("resize"));
}
