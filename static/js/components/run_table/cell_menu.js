// What a pointer does in the grid: sort, select, show or hide, and the menus of cells and headers.

import { addClause, clauseOf, fieldOf } from "../../lib/query_text.js";
import { copy } from "../copy.js";
import { openMenu } from "../menu.js";

export const AGGREGATES = ["last", "min", "max", "first", "mean", "count", "best", "trend"];

/** Listen to clicks and menus in the grid. */
export function listenToCells(grid, table) {
  grid.root.addEventListener("click", (event) => {
    const column = columnAt(event.target, table);
    if (!column || event.target.classList.contains("rt-grip")) return;
    const row = rowIndex(event.target);
    if (row < 0) table.sortBy(table.columns.indexOf(column), event.shiftKey);
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

function clickInRow(event, index, table) {
  const { target } = event;
  if (target.classList.contains("rt-pick")) table.toggleRow(index, { range: event.shiftKey });
  else if (target.closest(".rt-eye")) table.toggleHidden(table.rowAt(index).id);
  else if (target.closest(".rt-twig")) table.toggleChildren(index);
}

function showMenu(table, row, column, anchor) {
  const items = row < 0 ? headerItems(table, column) : cellItems(table, row, column);
  openMenu(anchor, items);
}

function headerItems(table, column) {
  const index = table.columns.indexOf(column);
  const items = [
    { label: "Sort ascending", run: () => table.sortTo(column, false) },
    { label: "Sort descending", run: () => table.sortTo(column, true) },
    { label: "Group by", run: () => table.groupBy(column), off: column.kind === "metrics" },
    { label: column.pinned ? "Unpin" : "Pin", run: () => table.pin(column) },
    { label: "Fit width", run: () => table.fit(column.id) },
    { label: "Hide column", run: () => table.hide(column), off: index === 0 },
  ];
  if (column.kind !== "metrics") return items.filter((item) => !item.off);
  const aggregates = AGGREGATES.map((aggregate) => ({
    label: aggregate === "best" ? "at best" : aggregate,
    checked: aggregate === column.aggregate,
    run: () => table.setAggregate(column, aggregate),
  }));
  return [{ heading: "Value shown" }, ...aggregates, { separator: true }, ...items].filter(
    (item) => !item.off,
  );
}

function cellItems(table, row, column) {
  if (!table.rowAt(row).run) return groupItems(table, row);
  const value = filterValue(table.rowAt(row).cells[column.index], column);
  const comparable = fieldOf(column) !== null && value !== undefined;
  const filter = (operator) => () => {
    const clause = clauseOf(column, operator, value);
    table.store.set({ q: addClause(table.store.state.q, clause) });
  };
  const items = [];
  if (comparable) {
    items.push({ label: "Filter by this value", run: filter("=") });
    items.push({ label: "Exclude this value", run: filter("!=") });
    if (typeof value === "number") {
      items.push({ label: "At least this", run: filter(">=") });
      items.push({ label: "At most this", run: filter("<=") });
    }
  }
  if (column.kind !== "metrics") {
    items.push({ label: "Group by", run: () => table.groupBy(column) });
  }
  items.push({ label: "Copy value", run: () => copy(String(value ?? "")) });
  items.push({ label: "Copy run id", run: () => copy(table.rowAt(row).id) });
  return items;
}

function groupItems(table, index) {
  const row = table.rowAt(index);
  return [
    { label: row.open ? "Hide its runs" : "Show its runs", run: () => table.toggleChildren(index) },
    { label: "Stop grouping", run: () => table.store.set({ group: undefined }) },
    { label: "Copy value", run: () => copy(row.name) },
  ];
}

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
