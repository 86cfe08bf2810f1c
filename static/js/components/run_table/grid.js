// The run table on screen: an ARIA grid of which only the visible rows and columns exist.

import { element as make } from "../../lib/element.js";
import { columnWindow, edges, rowWindow } from "../../lib/virtual_window.js";
import { fitFrame, setCell, setSpacer } from "./grid_cells.js";

const ROW_HEIGHT = { normal: 32, compact: 26 };

/**
 * A virtual grid inside `root`. It draws what `source` says and knows nothing of runs:
 * `source = {columns, pinned, rowCount, rowAt(i), drawCell(cell, column, row),
 * drawHeader(cell, column), decorateRow(element, row), fill(width)}`; columns have `id` and
 * `width`, and `fill` may widen one of them where the grid has more room than they take.
 */
export class Grid {
  constructor(root, source) {
    this.root = root;
    this.source = source;
    this.rows = new Map();
    this.focus = { row: -1, column: 0 };
    this.head = make("div", { class: "rt-head", role: "rowgroup" });
    this.headRow = make("div", { class: "rt-row rt-headrow", role: "row", "aria-rowindex": "1" });
    this.head.append(this.headRow);
    this.body = make("div", { class: "rt-body", role: "rowgroup" });
    root.replaceChildren(this.head, this.body);
    root.setAttribute("role", "grid");
    root.addEventListener("scroll", () => this.schedule(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(root);
  }

  get rowHeight() {
    return ROW_HEIGHT[this.root.dataset.density] ?? ROW_HEIGHT.normal;
  }

  /** Columns or their widths changed: lay everything out anew. */
  relayout() {
    this.laidOutFor = this.root.clientWidth;
    this.source.fill?.(this.laidOutFor);
    const { columns, pinned } = this.source;
    this.pinnedColumns = columns.slice(0, pinned);
    this.freeColumns = columns.slice(pinned);
    this.pinnedEdges = edges(this.pinnedColumns.map((column) => column.width));
    this.freeEdges = edges(this.freeColumns.map((column) => column.width));
    this.root.setAttribute("aria-colcount", String(columns.length));
    this.window = null;
    this.refresh();
  }

  resized() {
    if (this.freeEdges && this.root.clientWidth !== this.laidOutFor) this.relayout();
    else this.schedule();
  }

  /** Rows changed: redraw those on screen. */
  refresh() {
    this.stale = true;
    this.schedule();
  }

  schedule() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    if (!this.freeEdges) return;
    const pinnedWidth = this.pinnedEdges.at(-1);
    fitFrame(this.root, this.head, this.source.rowCount * this.rowHeight);
    const rows = rowWindow({
      scrollTop: this.root.scrollTop,
      viewHeight: this.root.clientHeight,
      rowHeight: this.rowHeight,
      rowCount: this.source.rowCount,
    });
    const columns = columnWindow({
      scrollLeft: this.root.scrollLeft,
      viewWidth: Math.max(0, this.root.clientWidth - pinnedWidth),
      offsets: this.freeEdges,
    });
    const moved =
      !this.window || this.window.first !== columns.first || this.window.last !== columns.last;
    const width = `${pinnedWidth + this.freeEdges.at(-1)}px`;
    this.body.style.height = `${this.source.rowCount * this.rowHeight}px`;
    this.body.style.minWidth = this.head.style.minWidth = width;
    this.root.setAttribute("aria-rowcount", String(this.source.rowCount + 1));
    if (moved || this.stale) this.drawHeader(columns);
    this.drawRows(rows, columns, moved || this.stale);
    this.window = columns;
    this.stale = false;
    this.onDraw?.(rows);
  }

  drawHeader(columns) {
    this.fillRow(this.headRow, columns, (cell, column) => {
      cell.setAttribute("role", "columnheader");
      this.source.drawHeader(cell, column);
    });
    if (this.focus.row < 0) this.markFocus(this.headRow);
  }

  drawRows({ first, last }, columns, redrawAll) {
    for (const [index, element] of this.rows) {
      if (index < first || index >= last) {
        element.remove();
        this.rows.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) {
      let element = this.rows.get(index);
      if (element && !redrawAll) continue;
      if (!element) {
        element = make("div", { class: "rt-row", role: "row" });
        element.style.top = `${index * this.rowHeight}px`;
        this.rows.set(index, element);
        this.body.append(element);
      }
      this.drawRow(element, index, columns);
    }
  }

  drawRow(element, index, columns) {
    const row = this.source.rowAt(index);
    element.setAttribute("aria-rowindex", String(index + 2));
    element.dataset.index = String(index);
    element.style.top = `${index * this.rowHeight}px`;
    this.fillRow(element, columns, (cell, column) => {
      cell.setAttribute("role", "gridcell");
      this.source.drawCell(cell, column, row);
    });
    this.source.decorateRow(element, row);
    if (index === this.focus.row) this.markFocus(element);
  }

  /** Put the pinned cells, a spacer and the visible free cells into a row, reusing its elements. */
  fillRow(element, columns, drawCell) {
    const wanted = [];
    this.pinnedColumns.forEach((column, i) => {
      wanted.push({ column, index: i, left: this.pinnedEdges[i] });
    });
    wanted.push({ spacer: columns.before });
    for (let i = columns.first; i < columns.last; i += 1) {
      wanted.push({ column: this.freeColumns[i], index: this.pinnedColumns.length + i });
    }
    while (element.children.length > wanted.length) element.lastChild.remove();
    wanted.forEach((want, position) => {
      const cell = element.children[position] ?? element.appendChild(make("div"));
      if (want.spacer !== undefined) return setSpacer(cell, want.spacer);
      setCell(cell, want, this.pinnedColumns.length);
      return drawCell(cell, want.column);
    });
  }

  /** Move the keyboard's focus to a cell (row -1 is the header) and scroll it into view. */
  focusCell(row, column) {
    const count = this.source.columns.length;
    this.focus = {
      row: Math.max(-1, Math.min(this.source.rowCount - 1, row)),
      column: Math.max(0, Math.min(count - 1, column)),
    };
    this.scrollIntoView();
    this.draw();
    const element = this.focus.row < 0 ? this.headRow : this.rows.get(this.focus.row);
    if (element) this.markFocus(element)?.focus({ preventScroll: true });
  }

  markFocus(element) {
    this.root.querySelectorAll('[tabindex="0"]').forEach((cell) => (cell.tabIndex = -1));
    const cell = element.querySelector(`[aria-colindex="${this.focus.column + 1}"]`);
    if (cell) cell.tabIndex = 0;
    return cell;
  }

  scrollIntoView() {
    const { row, column } = this.focus;
    if (row >= 0) {
      const top = row * this.rowHeight;
      const room = this.root.clientHeight - this.head.offsetHeight - this.rowHeight;
      if (top < this.root.scrollTop) this.root.scrollTop = top;
      else if (top > this.root.scrollTop + room) this.root.scrollTop = top - room;
    }
    this.showColumn(column);
  }

  /** Scroll sideways as far as column number `column` asks for. */
  showColumn(column) {
    const free = column - this.pinnedColumns.length;
    if (free < 0) return;
    this.draw();
    const view = this.root.clientWidth - this.pinnedEdges.at(-1);
    if (this.freeEdges[free] < this.root.scrollLeft) this.root.scrollLeft = this.freeEdges[free];
    else if (this.freeEdges[free + 1] > this.root.scrollLeft + view)
      this.root.scrollLeft = this.freeEdges[free + 1] - view;
  }
}
