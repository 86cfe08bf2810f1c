// The run table of All runs, Experiment and Child runs: store, grid, panels and keys put together.

import { clockOf } from "../../lib/times.js";
import { formatSort, joinList, parseSort, splitList } from "../../lib/url_state.js";
import { listenToHover } from "./cell_hover.js";
import { listenToCells } from "./cell_menu.js";
import { drawCell } from "./cells.js";
import { withAggregate } from "./columns_panel.js";
import { Grid } from "./grid.js";
import { drawHeader, listenToHeader, nextSort } from "./header.js";
import { listenToKeys } from "./keyboard.js";
import { RunStore } from "./store.js";

const LOAD_AHEAD_ROWS = 40;
const NARROW_NAME = 184;

/** One run table on the page; `root` carries the addresses in `data-*` and the first page as JSON. */
export class RunTable {
  constructor(root) {
    this.root = root;
    this.store = new RunStore({
      address: root.dataset.rows,
      countAddress: root.dataset.countAddress,
      fixed: JSON.parse(root.dataset.fixed || "{}"),
      first: JSON.parse(
        root.querySelector("script[type='application/json']")?.textContent ?? "null",
      ),
      usesLocation: root.dataset.state !== "own",
    });
    this.widths = new Map(this.readWidths());
    this.grid = new Grid(root.querySelector(".rt-grid"), this);
    this.grid.onDraw = ({ last }) => {
      if (last > this.store.rows.length - LOAD_AHEAD_ROWS) this.store.loadMore();
    };
    this.listen();
    this.take();
  }

  listen() {
    this.store.addEventListener("change", (event) => this.take(event.detail.append));
    this.store.addEventListener("selection", () => this.grid.refresh());
    listenToHeader(this.grid, this);
    listenToKeys(this.grid, this);
    listenToCells(this.grid, this);
    listenToHover(this.grid, this);
    setInterval(() => tickDurations(this.grid.root), 1000);
  }

  // -- what the grid asks -------------------------------------------------------------------------

  get pinned() {
    return this.narrow ? 1 : this.columns.findIndex((column) => !column.pinned);
  }

  get narrow() {
    return this.root.clientWidth < 600;
  }

  get rowCount() {
    return this.store.rows.length;
  }

  rowAt(index) {
    return this.store.rows[index];
  }

  drawHeader(cell, column) {
    drawHeader(cell, column, parseSort(this.store.state.sort ?? this.store.defaultSort));
  }

  drawCell(cell, column, row) {
    drawCell(cell, column, row, column.index);
  }

  decorateRow(element, row) {
    const selected = this.store.selected.has(row.id) || this.store.allMatching;
    element.classList.toggle("selected", selected);
    element.classList.toggle("dimmed", Boolean(row.dimmed));
    element.setAttribute("aria-selected", String(selected));
    const pick = element.querySelector(".rt-pick");
    if (pick) pick.checked = selected;
    element.classList.toggle("hidden-in-charts", this.isHidden(row.id));
  }

  take(append = false) {
    if (append) return this.grid.refresh();
    const known = this.columns?.map((column) => column.id).join();
    this.columns = this.store.columns.map((column, index) => ({
      ...column,
      index,
      width: this.widths.get(column.id) ?? this.widthOf(column),
    }));
    const same = known === this.columns.map((column) => column.id).join();
    return same ? this.grid.refresh() : this.grid.relayout();
  }

  /** On a phone the column that stays in sight leaves room for another. */
  widthOf({ width, fixed }) {
    return this.narrow && fixed ? Math.min(width, NARROW_NAME) : width;
  }

  // -- columns ------------------------------------------------------------------------------------

  /** The ids of the chosen columns: also of those that are on their way, or left out as alike. */
  get columnIds() {
    const { cols } = this.store.state;
    return cols ? splitList(cols) : this.columns.map((column) => column.id);
  }

  resize(id, width) {
    this.widths.set(id, width);
    const column = this.columns.find((one) => one.id === id);
    if (column) column.width = width;
    this.grid.relayout();
  }

  fit(id) {
    const cells = this.grid.root.querySelectorAll(`[data-column="${CSS.escape(id)}"]`);
    const widest = Math.max(...[...cells].map((cell) => contentWidth(cell)));
    this.resize(id, Math.min(480, widest + 28));
    this.keepWidths();
  }

  move(id, beforeId) {
    const ids = this.columnIds.filter((one) => one !== id);
    ids.splice(ids.indexOf(beforeId), 0, id);
    this.setColumns(ids);
  }

  setColumns(ids) {
    this.store.set({ cols: joinList(ids) });
  }

  hide(column) {
    this.setColumns(this.columnIds.filter((id) => id !== column.id));
  }

  setAggregate(column, aggregate) {
    const id = withAggregate(column.id, aggregate);
    const ids = this.columnIds.map((one) => (one === column.id ? id : one));
    this.setColumns([...new Set(ids)]);
  }

  /** Pinned columns stand first and do not scroll. */
  pin(column) {
    const pinned = this.columns.filter((one) => one.pinned).map(({ id }) => id);
    const next = column.pinned ? pinned.filter((id) => id !== column.id) : [...pinned, column.id];
    this.store.set({ pin: joinList(next) });
  }

  groupBy(column) {
    this.store.set({ group: column.id, after: undefined });
  }

  /** Widths travel in the URL with the columns, as `widths=<column>*<px>,…`. */
  keepWidths() {
    const items = [...this.widths].map(([id, width]) => `${id}*${Math.round(width)}`);
    this.store.setQuietly({ widths: joinList(items) });
  }

  readWidths() {
    return splitList(this.store.state.widths).map((item) => {
      const star = item.lastIndexOf("*");
      return [item.slice(0, star), Number(item.slice(star + 1))];
    });
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

  /** Show or hide the children of a run or the members of a group, right below it. */
  async toggleChildren(index) {
    const row = this.rowAt(index);
    await (row.open ? this.store.closeRow(index) : this.store.openRow(index));
  }

  toggleRow(index, { range = false } = {}) {
    if (index < 0 || !this.rowAt(index).run) return;
    if (range && this.lastToggled !== undefined) this.store.toggleRange(this.lastToggled, index);
    else this.store.toggle(this.rowAt(index).id);
    this.lastToggled = index;
  }

  openRow(index, event) {
    const { href, run } = this.rowAt(index);
    if (!run) return this.toggleChildren(index);
    if (event.ctrlKey || event.metaKey) window.open(href, "_blank", "noopener");
    else location.assign(href);
  }

  /** The ids of the runs whose rows are drawn. */
  visibleRuns() {
    const drawn = [...this.grid.rows.keys()]
      .sort((a, b) => a - b)
      .map((index) => this.rowAt(index));
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

function contentWidth(cell) {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().width;
}
