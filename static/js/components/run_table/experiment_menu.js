// The menu of experiments: those that are checked are shown. Of many, the studio finds them.

import { element } from "../../lib/element.js";
import { latest } from "../../lib/latest.js";
import { redraw } from "../redraw.js";
import { fetchJson } from "../requests.js";

const SEARCH_DELAY_MS = 150;

/** Wires the menu, where the page has one. The names come when it is opened. */
export function wireExperiments(menu, store) {
  if (!menu) return;
  const list = menu.querySelector("[data-names]");
  const search = menu.querySelector("[data-filter]");
  const chosen = () => store.state.exp ?? [];
  const show = () => {
    const words = chosen().length === 1 ? chosen()[0] : chosen().length || "all";
    menu.querySelector("[data-label]").textContent = `Experiment: ${words}`;
    for (const box of list.querySelectorAll("input")) box.checked = chosen().includes(box.value);
  };
  const find = latest(() => {
    const params = new URLSearchParams({ search: search.value });
    return fetchJson(`${menu.dataset.address}?${params}`).catch(() => null);
  });
  const load = async () => {
    const found = await find();
    if (!found) return;
    const pinned = search.value ? [] : chosen().filter((name) => !found.names.includes(name));
    const lines = [...[...pinned, ...found.names].map(drawName), ...drawRest(found)];
    redraw(list, lines, (box) => box.value);
    show();
  };
  let timer = null;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, SEARCH_DELAY_MS);
  });
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    search.focus();
    load();
  });
  list.addEventListener("change", ({ target }) => {
    const others = chosen().filter((name) => name !== target.value);
    const names = target.checked ? [...others, target.value] : others;
    store.set({ exp: names.length ? names : undefined });
  });
  store.addEventListener("state", show);
  show();
}

const drawName = (name) =>
  element(
    "label",
    { title: name },
    element("input", { type: "checkbox", value: name }),
    element("span", { class: "clip" }, name),
  );

function drawRest({ names, total }) {
  if (!total) return [element("p", { class: "small muted" }, "No matching experiments.")];
  const rest = total - names.length;
  const words = `${rest.toLocaleString("en-US")} more. Search to find them.`;
  return rest ? [element("p", { class: "small muted" }, words)] : [];
}
