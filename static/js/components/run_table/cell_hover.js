// Resting on a metric cell shows every aggregate of that metric, with steps and time.

import { formatNumber, toNumber } from "../../lib/numbers.js";
import { exactTime } from "../../lib/times.js";
import { fetchJson } from "../requests.js";
import { element } from "./cells.js";

const REST_MS = 350;

/** Listen to resting pointers on the metric cells of a grid. */
export function listenToHover(grid, table) {
  const tip = element("div", {}, "cell-tip");
  tip.hidden = true;
  tip.setAttribute("role", "tooltip");
  grid.root.parentElement.append(tip);
  let timer = null;
  const hide = () => {
    clearTimeout(timer);
    tip.hidden = true;
  };
  grid.root.addEventListener("pointerover", (event) => {
    const cell = event.target.closest(".rt-body .rt-cell");
    hide();
    const column = cell && table.columns.find((one) => one.id === cell.dataset.column);
    const row = cell && table.rowAt(Number(cell.parentElement.dataset.index));
    if (column?.kind !== "metrics" || !row?.run) return;
    timer = setTimeout(() => show(tip, cell, row, column, table), REST_MS);
  });
  grid.root.addEventListener("pointerleave", hide);
  grid.root.addEventListener("scroll", hide, { passive: true });
}

async function show(tip, cell, row, column, table) {
  const params = new URLSearchParams({ run: row.id, key: column.key });
  let found;
  try {
    found = await fetchJson(`${table.root.dataset.summary}?${params}`);
  } catch {
    return;
  }
  if (!cell.isConnected || !cell.matches(":hover")) return;
  tip.replaceChildren(element("b", { textContent: column.key }), ...lines(found));
  tip.hidden = false;
  const box = cell.getBoundingClientRect();
  const frame = tip.parentElement.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(box.left - frame.left, frame.width - tip.offsetWidth - 8))}px`;
  const below = box.bottom - frame.top + 4;
  tip.style.top = `${below + tip.offsetHeight > frame.height ? box.top - frame.top - tip.offsetHeight - 4 : below}px`;
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
  const drawn = rows.map(([name, value, note]) => {
    const line = element("div");
    line.append(
      element("span", { textContent: name }),
      number(value),
      element("small", { textContent: note }),
    );
    return line;
  });
  return [
    ...drawn,
    element("small", { textContent: exactTime(found.last_ms).split("\n")[0] }, "muted"),
  ];
}

function number(value) {
  return element(
    "b",
    { textContent: formatNumber(value, 6), title: String(toNumber(value)) },
    "num",
  );
}
