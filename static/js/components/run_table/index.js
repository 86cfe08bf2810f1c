// The run table of All runs, Experiment and Child runs: store, grid, panels and keys put together.

import { bestOf, formatOf } from "../../lib/column_format.js";
import { element } from "../../lib/element.js";
import { clockOf } from "../../lib/times.js";
import { formatSort, joinList, parseSort, splitList } from "../../lib/url_state.js";
import { listenToHover } from "./cell_hover.js";
import { listenToCells } from "./cell_menu.js";
import { drawCell } from "./cells.js";
import { Columns } from "./columns.js";
import { describeMetric } from "./goals.js";
import { Grid } from "./grid.js";
import { drawHeader, listenToHeader, nextSort } from "./header.js";
import { listenToKeys } from "./keyboard.js";
import { RunStore } from "./store.js";

const LOAD_AHEAD_ROWS = 40;
const NARROW_NAME = 184;
// How much of the table the names may take from the other columns, and what stands beside a name.
const NAME_SHARE = 0.3;
const BESIDE_NAME = 84;
const MEASURED_ROWS = 100;

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
    this.grid = new Grid(root.querySelector(".rt-grid"), this);
    this.grid.onDraw = ({ last }) => {
      if (last > this.store.rows.length - LOAD_AHEAD_ROWS) this.store.loadMore();
    };
    this.listen();
    this.take();
  }

  listen() {
    this.store.addEventListener("change", () => this.take());
    this.store.addEventListener("selection", () => this.grid.refresh());
    this.store.addEventListener("state", ({ detail }) => "sel" in detail && this.grid.refresh());
    this.store.addEventListener("colors", () => this.grid.refresh());
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
    this.columns = this.store.columns.map((column, index) => ({
      ...column,
      ...describeMetric(column, this.store.asked.goal),
      index,
      width: this.widthOf(column),
    }));
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

  /** On a phone the column that stays in sight leaves room for another. */
  widthOf({ id, width, fixed }) {
    const usual = this.narrow && fixed ? Math.min(width, NARROW_NAME) : width;
    return this.chosen.widths.get(id) ?? usual;
  }

  /** The names take the room that the other columns leave, or what the longest of them needs, up to
   * a share of the table. */
  fill(room) {
    const name = this.columns.find((column) => column.fixed);
    if (!name || this.chosen.widths.has(name.id)) return;
    const others = this.columns.filter((column) => column !== name);
    const taken = others.reduce((sum, column) => sum + column.width, 0);
    const usual = this.widthOf(this.chosen.find(name.id));
    const needed = Math.min(this.widestName() + BESIDE_NAME, room * NAME_SHARE);
    name.width = Math.max(usual, needed, room - taken);
  }

  /** How wide the longest name of the first rows is, in pixels. */
  widestName() {
    const names = this.store.rows.slice(0, MEASURED_ROWS).map((row) => row.name ?? "");
    return Math.max(0, ...names.map((name) => textWidth(name, this.root)));
  }

  resize(id, width) {
    this.chosen.widths.set(id, width);
    const column = this.columns.find((one) => one.id === id);
    if (column) column.width = width;
    this.grid.relayout();
  }

  fit(id) {
    const cells = this.grid.root.querySelectorAll(`[data-column="${CSS.escape(id)}"]`);
    const widest = Math.max(...[...cells].map((cell) => contentWidth(cell)));
    this.resize(id, Math.min(480, widest + 28));
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
    if (!row.run) this.store.toggleRow(row);
    else if (event.ctrlKey || event.metaKey) window.open(row.href, "_blank", "noopener");
    else location.assign(row.href);
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

const measure = element("canvas").getContext("2d");

/** The width of `text` as a name of `root` is written. */
function textWidth(text, root) {
  const { fontFamily, fontSize } = getComputedStyle(root);
  measure.font = `550 ${fontSize} ${fontFamily}`;
  return measure.measureText(text).width;
}

function contentWidth(cell) {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().width;
}
