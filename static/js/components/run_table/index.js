// The run table of All runs, Experiment and Child runs: store, grid, panels and keys put together.

import { bestOf, formatOf } from "../../lib/column_format.js";
import { clockOf } from "../../lib/times.js";
import { formatSort, joinList, parseSort, splitList } from "../../lib/url_state.js";
import { listenToHover } from "./cell_hover.js";
import { listenToCells } from "./cell_menu.js";
import { drawCell } from "./cells.js";
import { ColumnWidths } from "./column_widths.js";
import { Columns } from "./columns.js";
import { describeMetric } from "./goals.js";
import { Grid } from "./grid.js";
import { drawHeader, listenToHeader, nextSort } from "./header.js";
import { listenToKeys } from "./keyboard.js";
import { RunStore } from "./store.js";

const LOAD_AHEAD_ROWS = 40;

/** One run table on the page; `root` carries the addresses in `data-*`, the first page as JSON. */
export class RunTable {
  constructor(root) {
    this.root = root;
    this.store = new RunStore({
      address: root.dataset.rows,
      countAddress: root.dataset.countAddress,
      fixed: JSON.parse(root.dataset.fixed || "{}"),
      usual: JSON.parse(root.dataset.usual || "{}"),
      first: JSON.parse(
        root.querySelector("script[type='application/json']")?.textContent ?? "null",
      ),
    });
    this.chosen = new Columns(this.store);
    this.widths = new ColumnWidths(root, this.store, this.chosen);
    this.grid = new Grid(root.querySelector(".rt-grid"), this);
    this.grid.onDraw = ({ last }) => {
      if (last > this.store.rows.length - LOAD_AHEAD_ROWS) this.store.loadMore();
    };
    this.listen();
    this.take();
  }

  listen() {
    this.store.addEventListener("change", () => this.take());
    for (const name of ["selection", "colors"])
      this.store.addEventListener(name, () => this.grid.refresh());
    this.store.addEventListener("state", ({ detail }) => "sel" in detail && this.grid.refresh());
    listenToHeader(this.grid, this);
    listenToKeys(this.grid, this);
    listenToCells(this.grid, this);
    listenToHover(this.grid, this);
    setInterval(() => tickDurations(this.grid.root), 1000);
  }

  // -- what the grid asks -------------------------------------------------------------------------

  get pinned() {
    return this.widths.isNarrow ? 1 : this.columns.findIndex((column) => !column.pinned);
  }

  get rowCount() {
    return this.store.rows.length;
  }

  rowAt(index) {
    return this.store.rows[index];
  }

  drawHeader(cell, column) {
    drawHeader(cell, column, parseSort(this.store.taken?.sort));
  }

  drawCell(cell, column, row) {
    if (column.type === "number" && !column.format) this.study(column);
    drawCell(cell, column, row);
  }

  /** See how the numbers of a column are to be written, and which is the best of all runs: that is
   * known when all are loaded, or when the best comes first. */
  study(column) {
    const values = this.store.rows.map((row) => row.cells[column.index]);
    column.format = formatOf(values);
    const [first] = parseSort(this.store.taken?.sort);
    const isBestFirst =
      first?.column === column.id && first.descending === (column.direction === "max");
    const isKnown = column.direction && (!this.store.next || isBestFirst);
    column.best = isKnown ? bestOf(values, column.direction) : null;
  }

  decorateRow(element, row) {
    const selected = this.store.selection.has(row.id);
    element.classList.toggle("selected", selected);
    element.classList.toggle("dimmed", Boolean(row.dimmed));
    element.setAttribute("aria-selected", String(selected));
    const pick = element.querySelector(".rt-pick");
    if (pick) pick.checked = selected;
    element.classList.toggle("hidden-in-charts", this.isHidden(row.id));
  }

  take() {
    const sorted = new Set(parseSort(this.store.taken?.sort).map(({ column }) => column));
    this.isNarrow = this.widths.isNarrow;
    const columns = this.store.columns.map((column, index) => ({
      ...column,
      ...describeMetric(column, this.store.asked.goal),
      index,
      width: this.widths.of(column, sorted.has(column.id)),
    }));
    this.columns = this.widths.arrange(columns);
    this.grid.relayout();
    this.showAwaited();
  }

  /** A column that was just added comes into view. */
  showAwaited() {
    const index = this.columns.findIndex((column) => column.id === this.store.awaited);
    if (index < 0) return;
    this.store.awaited = null;
    this.grid.showColumn(index);
  }

  /** The grid has `room`; on a phone the columns are others than on a screen. */
  fill(room) {
    if (this.isNarrow !== this.widths.isNarrow) this.take();
    else this.widths.fill(this.columns, room);
  }

  resize(id, width) {
    this.chosen.widths.set(id, width);
    const column = this.columns.find((one) => one.id === id);
    if (column) column.width = width;
    this.grid.relayout();
  }

  fit(id) {
    const cells = this.grid.root.querySelectorAll(`[data-column="${CSS.escape(id)}"]`);
    this.resize(id, this.widths.fitting([...cells]));
    this.chosen.keepWidths();
  }

  // -- what keys and menus do ---------------------------------------------------------------------

  sortBy(columnIndex, add) {
    const column = this.columns[columnIndex];
    const current = this.store.state.sort ?? "";
    this.store.set({ sort: nextSort(current, column, { add }) || undefined });
  }

  sortTo(column, descending) {
    this.store.set({ sort: formatSort([{ column: column.id, descending }]) });
  }

  toggleRow(index, { range = false } = {}) {
    if (index < 0 || !this.rowAt(index)?.run) return;
    const { selection, rows } = this.store;
    if (range) {
      const [low, high] = [this.lastToggled ?? 0, index].sort((a, b) => a - b);
      const runs = rows.slice(low, high + 1).filter((row) => row.run);
      selection.add(runs.map((row) => row.id));
    } else selection.toggle(this.rowAt(index).id);
    this.lastToggled = index;
  }

  openRow(index, event) {
    const row = this.rowAt(index);
    if (row.more) this.store.inside.showMore(row.more);
    else if (!row.run) this.store.inside.toggle(row);
    else if (event.ctrlKey || event.metaKey) window.open(row.href, "_blank", "noopener");
    else location.assign(row.href);
  }

  /** The ids of the runs whose rows are drawn. */
  visibleRuns() {
    const drawn = [...this.grid.rows.keys()].sort((a, b) => a - b).map((i) => this.rowAt(i));
    return drawn.filter((row) => row?.run).map((row) => row.id);
  }

  openMenu(row, column) {
    this.grid.root.dispatchEvent(new CustomEvent("cell-menu", { detail: { row, column } }));
  }

  // -- charts -------------------------------------------------------------------------------------

  isHidden(id) {
    return splitList(this.store.state.hide).includes(id);
  }

  toggleHidden(id) {
    const hidden = splitList(this.store.state.hide);
    const rest = hidden.filter((one) => one !== id);
    if (rest.length === hidden.length) rest.push(id);
    this.store.setQuietly({ hide: joinList(rest) || undefined });
    this.grid.refresh();
  }
}

function tickDurations(root) {
  for (const cell of root.querySelectorAll("[data-since]")) {
    cell.textContent = clockOf(Date.now() - Number(cell.dataset.since));
  }
}
