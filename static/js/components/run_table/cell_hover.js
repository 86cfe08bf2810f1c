// Resting on a metric cell shows every aggregate of that metric, with steps and time.

import { element } from "../../lib/element.js";
import { formatNumber, toNumber } from "../../lib/numbers.js";
import { exactTime } from "../../lib/times.js";
import { placeBy } from "../placement.js";
import { fetchJson } from "../requests.js";

const REST_MS = 350;

/** Listen to resting pointers on the metric cells of a grid. */
export function listenToHover(grid, table) {
  const tip = element("div", { class: "cell-tip", role: "tooltip", popover: "manual" });
  document.body.append(tip);
  let timer = null;
  const hide = () => {
    clearTimeout(timer);
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  grid.root.addEventListener("pointerover", (event) => {
    const cell = event.target.closest(".rt-body .rt-cell");
    hide();
    const column = cell && table.columns.find((one) => one.id === cell.dataset.column);
    const row = cell && table.rowAt(Number(cell.parentElement.dataset.index));
    if (column?.kind !== "metrics" || !row?.run || isEmpty(row.cells[column.index])) return;
    timer = setTimeout(() => show(tip, cell, row, column, table.root.dataset.summary), REST_MS);
  });
  grid.root.addEventListener("pointerleave", hide);
  grid.root.addEventListener("scroll", hide, { passive: true });
  addEventListener("scroll", hide, { passive: true });
}

const isEmpty = (value) => value === null || value === undefined;

/** What cannot be had is not shown: the cell keeps its own tooltip. */
async function show(tip, cell, row, column, address) {
  const params = new URLSearchParams({ run: row.id, key: column.key });
  const found = await fetchJson(`${address}?${params}`).catch(() => null);
  if (!found || !cell.isConnected || !cell.matches(":hover")) return;
  tip.replaceChildren(element("b", {}, column.key), ...lines(found));
  tip.showPopover();
  placeBy(tip, cell, { gap: 4 });
}

function lines(found) {
  const at = (step) => (step === null ? "" : `step ${step.toLocaleString("en-US")}`);
  const rows = [
    ["last", found.last, at(found.last_step)],
    ["min", found.min, at(found.min_step)],
    ["max", found.max, at(found.max_step)],
    ["first", found.first, at(found.first_step)],
    ["mean", found.mean, ""],
    ["points", found.n, found.nan_count ? `${found.nan_count} NaN` : ""],
  ];
  const drawn = rows.map(([name, value, note]) =>
    element("div", {}, element("span", {}, name), number(value), element("small", {}, note)),
  );
  const time = exactTime(found.last_ms).split("\n")[0];
  return [...drawn, element("small", { class: "muted" }, time)];
}

const number = (value) =>
  element("b", { class: "num", title: String(toNumber(value)) }, formatNumber(value, 6));
