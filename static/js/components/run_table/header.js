// The header row: sort on click (with Shift a second key), resize and move by drag, the menus of
// a column and of the values of its metric.

import { element } from "../../lib/element.js";
import { formatSort, parseSort } from "../../lib/url_state.js";
import { icon } from "../icons.js";
import { longName } from "../long_name.js";
import { makeSortable } from "../sortable.js";

const MIN_WIDTH = 64;

/** Draw one header cell. `sort` is the list of sort keys of the rows on screen. */
export function drawHeader(cell, column, sort) {
  const position = sort.findIndex((key) => key.column === column.id);
  const key = sort[position];
  const direction = key?.descending ? "descending" : "ascending";
  cell.setAttribute("aria-sort", key ? direction : "none");
  cell.title = column.note ? `${column.label} · ${column.note}` : column.label;
  cell.replaceChildren(
    element("span", { class: "rt-label middle-cut" }, ...longName(column.label)),
    ...(column.note ? [drawValue(column)] : []),
    ...(key ? [icon(key.descending ? "arrow-down" : "arrow-up")] : []),
    ...(key && sort.length > 1 ? [element("sup", {}, String(position + 1))] : []),
    drawCaret(column),
    element("span", { class: "rt-grip", data: { noDrag: "" } }),
  );
}

/** The small word beside the name of a metric opens the other values there are. */
function drawValue({ label, note }) {
  const settings = { class: "rt-value", type: "button", tabIndex: -1, "aria-haspopup": "menu" };
  return element("button", { ...settings, "aria-label": `Values of ${label}` }, note);
}

function drawCaret({ label }) {
  const settings = { class: "rt-caret", type: "button", tabIndex: -1, "aria-haspopup": "menu" };
  return element("button", { ...settings, "aria-label": `Menu of ${label}` }, icon("chevron-down"));
}

/** The sort text after a click on `column`: the best or newest first, then the other way, then
 * none. */
export function nextSort(text, column, { add = false } = {}) {
  const keys = parseSort(text);
  const old = keys.find((key) => key.column === column.id);
  const firstDescending = startsDescending(column);
  const rest = add ? keys.filter((key) => key !== old) : [];
  if (!old) return formatSort([...rest, { column: column.id, descending: firstDescending }]);
  if (old.descending !== firstDescending) return formatSort(rest);
  return formatSort([...rest, { column: column.id, descending: !firstDescending }]);
}

function startsDescending({ direction, numeric, type }) {
  return direction ? direction === "max" : numeric || type === "time";
}

/** Let header cells be resized and moved; `table` offers columns, resize and fit. */
export function listenToHeader(grid, table) {
  const { headRow } = grid;
  let resizing = null;
  headRow.addEventListener("pointerdown", (event) => {
    if (!event.target.classList.contains("rt-grip")) return;
    const cell = event.target.closest("[data-column]");
    resizing = { id: cell.dataset.column, from: event.clientX, width: cell.offsetWidth };
    event.target.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  headRow.addEventListener("pointermove", (event) => {
    if (!resizing) return;
    const width = Math.max(MIN_WIDTH, resizing.width + event.clientX - resizing.from);
    table.resize(resizing.id, width);
  });
  headRow.addEventListener("pointerup", () => {
    if (resizing) table.chosen.keepWidths();
    resizing = null;
  });
  headRow.addEventListener("dblclick", (event) => {
    if (event.target.classList.contains("rt-grip")) table.fit(idOf(event.target));
  });
  makeSortable(headRow, {
    items: "[data-column]",
    axis: "x",
    idOf,
    fixed: (cell) => cell.dataset.column === "run.name",
    moved: (id, before) => table.chosen.move(id, before),
  });
}

const idOf = (target) => target.closest("[data-column]")?.dataset.column;
