// What a pointer does in the grid: sort, select, show or hide, and the menus of cells and headers.

import { AGGREGATES, withAggregate } from "../../lib/metric_ids.js";
import { addClause, clauseOf, fieldOf } from "../../lib/query_text.js";
import { copy } from "../copy.js";
import { openMenu } from "../menu.js";
import { aggregateWord } from "./columns.js";

/** Listen to clicks and menus in the grid. */
export function listenToCells(grid, table) {
  grid.root.addEventListener("click", (event) => {
    const column = columnAt(event.target, table);
    if (!column || event.target.classList.contains("rt-grip")) return;
    const row = rowIndex(event.target);
    if (row < 0) clickInHeader(event, column, table);
    else clickInRow(event, row, table);
  });
  grid.root.addEventListener("contextmenu", (event) => {
    const column = columnAt(event.target, table);
    if (!column || event.target.closest("a")) return;
    event.preventDefault();
    showMenu(table, rowIndex(event.target), column, event.target.closest("[aria-colindex]"));
  });
  grid.root.addEventListener("cell-menu", ({ detail }) => {
    const anchor = document.activeElement.closest("[aria-colindex]");
    showMenu(table, detail.row, table.columns[detail.column], anchor);
  });
}

function clickInHeader(event, column, table) {
  const button = event.target.closest("button");
  if (!button) table.sortBy(table.columns.indexOf(column), event.shiftKey);
  else if (button.classList.contains("rt-value")) openMenu(button, valueItems(table, column));
  else openMenu(button, headerItems(table, column));
}

function clickInRow(event, index, table) {
  const { target } = event;
  if (target.classList.contains("rt-pick")) table.toggleRow(index, { range: event.shiftKey });
  else if (target.closest(".rt-eye")) table.toggleHidden(table.rowAt(index).id);
  else if (target.closest(".rt-more")) table.store.inside.showMore(table.rowAt(index).more);
  else if (target.closest(".rt-twig")) table.store.inside.toggle(table.rowAt(index));
}

function showMenu(table, row, column, anchor) {
  openMenu(anchor, row < 0 ? headerItems(table, column) : cellItems(table, row, column));
}

/** Each value of a metric is a column, or none. A new one comes to stand beside this one. */
function valueItems({ chosen }, column) {
  const shown = chosen.ids;
  const items = AGGREGATES.map((aggregate) => {
    const id = withAggregate(column.id, aggregate);
    const checked = shown.includes(id);
    const run = () => (checked ? chosen.hide({ id }) : chosen.add([id]));
    return { label: aggregateWord(aggregate), many: true, checked, run };
  });
  return [{ heading: "Columns of this metric" }, ...items];
}

function headerItems(table, column) {
  const { chosen, store } = table;
  const isMetric = column.kind === "metrics";
  const group = () => store.set({ group: column.id, after: undefined });
  const items = [
    { label: "Sort ascending", run: () => table.sortTo(column, false) },
    { label: "Sort descending", run: () => table.sortTo(column, true) },
    { label: "Group by", run: group, off: isMetric },
    { label: column.pinned ? "Unpin" : "Pin", run: () => chosen.pin(column) },
    { label: "Fit width", run: () => table.fit(column.id) },
    { label: "Hide column", run: () => chosen.hide(column), off: column.fixed },
  ];
  if (!isMetric) return items;
  const aggregates = AGGREGATES.map((aggregate) => ({
    label: aggregateWord(aggregate),
    checked: aggregate === column.aggregate,
    run: () => chosen.setAggregate(column, aggregate),
  }));
  return [{ heading: "Value shown" }, ...aggregates, { separator: true }, ...items];
}

function cellItems(table, index, column) {
  const { store } = table;
  const row = table.rowAt(index);
  if (row.more) return [{ label: "Show more", run: () => store.inside.showMore(row.more) }];
  if (!row.run) return groupItems(store, row);
  const value = filterValue(row.cells[column.index], column);
  const comparable = fieldOf(column) !== null && value !== undefined;
  const isNumber = comparable && typeof value === "number";
  const filter = (operator) => () =>
    store.set({ q: addClause(store.state.q, clauseOf(column, operator, value)) });
  const group = () => store.set({ group: column.id, after: undefined });
  return [
    { label: "Filter by this value", run: filter("="), off: !comparable },
    { label: "Exclude this value", run: filter("!="), off: !comparable },
    { label: "At least this", run: filter(">="), off: !isNumber },
    { label: "At most this", run: filter("<="), off: !isNumber },
    { label: "Group by", run: group, off: column.kind === "metrics" },
    { label: "Copy value", run: () => copy(String(value ?? "")) },
    { label: "Copy run id", run: () => copy(row.id) },
  ];
}

const groupItems = (store, row) => [
  { label: row.open ? "Hide its runs" : "Show its runs", run: () => store.inside.toggle(row) },
  { label: "Stop grouping", run: () => store.set({ group: undefined }) },
  { label: "Copy value", run: () => copy(row.name) },
];

function filterValue(cell, column) {
  if (column.type === "status") return cell.word;
  if (column.type === "link") return cell?.text ?? null;
  if (["tags", "duration", "time"].includes(column.type)) return undefined;
  return cell;
}

function rowIndex(target) {
  const row = target.closest("[role=row]");
  return row?.dataset.index === undefined ? -1 : Number(row.dataset.index);
}

function columnAt(target, table) {
  const id = target.closest("[data-column]")?.dataset.column;
  return id && table.columns.find((column) => column.id === id);
}
