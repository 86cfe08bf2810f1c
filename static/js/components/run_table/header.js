// The header row: sort on click (with Shift a second key), resize and move by drag, a column menu.

import { formatSort, parseSort } from "../../lib/url_state.js";
import { icon } from "../icons.js";
import { element } from "./cells.js";

const MIN_WIDTH = 64;

/** Draw one header cell. `sort` is the list of sort keys in force. */
export function drawHeader(cell, column, sort) {
  const position = sort.findIndex((key) => key.column === column.id);
  const label = element("span", { textContent: column.label }, "rt-label");
  const parts = [label];
  if (column.note) parts.push(element("small", { textContent: column.note }));
  if (position >= 0) {
    const { descending } = sort[position];
    parts.push(icon(descending ? "arrow-down" : "arrow-up"));
    if (sort.length > 1) parts.push(element("sup", { textContent: String(position + 1) }));
    cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
  } else cell.setAttribute("aria-sort", "none");
  parts.push(element("span", {}, "rt-grip"));
  cell.title = column.note ? `${column.label} · ${column.note}` : column.label;
  cell.draggable = !column.fixed;
  cell.replaceChildren(...parts);
}

/** The sort text after a click on `column`: descending first for numbers, then the other way, then none. */
export function nextSort(text, column, { add = false } = {}) {
  const keys = parseSort(text);
  const old = keys.find((key) => key.column === column.id);
  const firstDescending = column.numeric || column.type === "time";
  const rest = add ? keys.filter((key) => key !== old) : [];
  if (!old) return formatSort([...rest, { column: column.id, descending: firstDescending }]);
  if (old.descending !== firstDescending) return formatSort(rest);
  return formatSort([...rest, { column: column.id, descending: !firstDescending }]);
}

/** Let header cells be resized and moved; `table` offers columns, resize, move and fit. */
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
    if (resizing) table.keepWidths();
    resizing = null;
  });
  headRow.addEventListener("dblclick", (event) => {
    if (event.target.classList.contains("rt-grip")) table.fit(columnOf(event));
  });
  listenToDrag(headRow, table);
}

function listenToDrag(headRow, table) {
  let dragged = null;
  headRow.addEventListener("dragstart", (event) => {
    dragged = columnOf(event);
    event.dataTransfer.effectAllowed = "move";
  });
  headRow.addEventListener("dragover", (event) => {
    if (dragged && columnOf(event)) event.preventDefault();
  });
  headRow.addEventListener("drop", (event) => {
    event.preventDefault();
    const target = columnOf(event);
    if (dragged && target && dragged !== target) table.move(dragged, target);
    dragged = null;
  });
}

function columnOf(event) {
  return event.target.closest("[data-column]")?.dataset.column;
}
