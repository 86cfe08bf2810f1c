// Parallel coordinates over plain SVG lines: an axis per column, drag on an axis to brush.

import { svgElement } from "../../lib/element.js";
import { lineStyleOf, STROKES } from "../../lib/series_colors.js";
import { drawNothing, watchSize } from "../plotly.js";
import { makeAxis } from "./parallel_axes.js";
import { drawTicks, label } from "./parallel_labels.js";
import { columnsOf } from "./summary_chart.js";

const TOP = 18;
const BOTTOM = 38;
// What the letters of a title reach below their line.
const TITLE_DEPTH = 6;
const SIDE = 36;
const MOST_LABEL_CHARS = 24;
const LETTER_PX = 7;

/** Draws runs as lines over the axes of a spec; brushes select runs through `context.onBrush`. */
export class ParallelChart {
  constructor(root, spec, context) {
    Object.assign(this, { root, spec, context, takesAll: true, rows: [], brushes: new Map() });
    watchSize(root, () => this.rows.length && this.draw());
  }

  async show() {
    await this.take(await this.read());
  }

  read() {
    const columns = columnsOf(this.spec, this.context.names());
    this.columns = [...new Set([...this.spec.right, ...columns])];
    return this.context.values(this.columns);
  }

  /** Draw anew only what has changed: somebody may be brushing. */
  async refresh() {
    const before = JSON.stringify(this.rows);
    const rows = await this.read();
    if (JSON.stringify(rows) !== before) await this.take(rows);
  }

  async take(rows) {
    this.rows = rows;
    if (this.root.isConnected) await this.draw();
  }

  /** What the picture does not show, in words. */
  notes() {
    return [`${this.rows.length.toLocaleString("en-US")} runs`];
  }

  /** Let the line of a run stand out; null: all are alike. */
  light(run) {
    this.root.classList.toggle("has-lit", run !== null);
    for (const line of this.root.querySelectorAll(".parallel-run"))
      line.classList.toggle("lit", line.dataset.run === run);
  }

  draw() {
    if (!this.rows.length) return drawNothing(this.root, "No runs to draw.");
    const { clientWidth: width, clientHeight: height } = this.root;
    // The same picture stays, with what somebody brushes in it.
    const looks = this.rows.map((row) => lineStyleOf(row));
    const picture = JSON.stringify([width, height, this.columns, this.spec.clip, this.rows, looks]);
    if (picture === this.picture && this.root.querySelector("svg")) return this.shade();
    this.picture = picture;
    const step = (width - 2 * SIDE) / Math.max(1, this.columns.length - 1);
    this.chars = Math.min(MOST_LABEL_CHARS, Math.max(4, Math.floor(step / LETTER_PX)));
    this.axes = this.columns.map((column, index, { length }) => ({
      ...makeAxis(column, this.rows, this.spec),
      x: SIDE + index * step,
      isLast: index > 0 && index === length - 1,
    }));
    this.beyond = new Set(this.axes.flatMap((axis) => [...axis.beyond]));
    this.height = height - TOP - BOTTOM;
    const svg = svgElement("svg", {
      viewBox: `0 0 ${width} ${height}`,
      class: "parallel",
      role: "img",
    });
    svg.append(...this.rows.map((row) => this.drawLine(row)));
    svg.append(...this.axes.map((axis) => this.drawAxis(axis, height)));
    this.root.replaceChildren(svg);
    return this.shade();
  }

  drawLine(row) {
    const points = this.axes
      .map((axis) => [axis.x, axis.place(row)])
      .filter(([, place]) => place !== null)
      .map(([x, place]) => `${x},${TOP + (1 - place) * this.height}`);
    const settings = { points: points.join(" "), class: "parallel-run" };
    const line = svgElement("polyline", settings, svgElement("title", {}, row.name));
    const { token, dash } = lineStyleOf(row);
    line.style.stroke = `var(${token})`;
    line.style.strokeDasharray = STROKES[dash] ?? "";
    line.dataset.run = row.id;
    return line;
  }

  drawAxis(axis, height) {
    const group = svgElement("g", { transform: `translate(${axis.x},0)`, class: "parallel-axis" });
    group.append(svgElement("line", { y1: TOP, y2: TOP + this.height }));
    group.append(
      label(axis.highLabel, TOP - 6, this.chars),
      label(axis.lowLabel, TOP + this.height + 11, this.chars),
      ...drawTicks(axis, { top: TOP, height: this.height, chars: this.chars }),
      label(titleFor(axis.titles, this.chars), height - TITLE_DEPTH, this.chars, "parallel-title"),
    );
    const brush = svgElement("rect", {
      x: -7,
      width: 14,
      class: "parallel-brush",
      y: TOP,
      height: 0,
    });
    const handle = svgElement("rect", {
      x: -12,
      y: TOP,
      width: 24,
      height: this.height,
      class: "parallel-handle",
    });
    group.append(brush, handle);
    if (this.brushes.has(axis.column)) this.setBrush(axis, brush, ...this.brushes.get(axis.column));
    this.listen(handle, brush, axis);
    return group;
  }

  listen(handle, brush, axis) {
    let start = null;
    const placeOf = (event) => {
      const box = handle.getBoundingClientRect();
      return Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height));
    };
    handle.addEventListener("pointerdown", (event) => {
      start = placeOf(event);
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (start === null) return;
      this.setBrush(axis, brush, start, placeOf(event));
    });
    handle.addEventListener("pointerup", (event) => {
      if (Math.abs(placeOf(event) - start) < 0.02) this.clearBrush(axis, brush);
      start = null;
      this.select();
    });
  }

  setBrush(axis, brush, a, b) {
    const [low, high] = a < b ? [a, b] : [b, a];
    this.brushes.set(axis.column, [low, high]);
    brush.setAttribute("y", String(TOP + (1 - high) * this.height));
    brush.setAttribute("height", String((high - low) * this.height));
    this.shade();
  }

  clearBrush(axis, brush) {
    this.brushes.delete(axis.column);
    brush.setAttribute("height", "0");
    this.shade();
  }

  isInside(row) {
    return this.axes.every((axis) => {
      const brush = this.brushes.get(axis.column);
      if (!brush) return true;
      const place = axis.place(row);
      return place !== null && place >= brush[0] && place <= brush[1];
    });
  }

  shade() {
    const inside = new Set(this.rows.filter((row) => this.isInside(row)).map((row) => row.id));
    for (const line of this.root.querySelectorAll(".parallel-run")) {
      line.classList.toggle("outside", !inside.has(line.dataset.run));
    }
  }

  select() {
    const inside = this.rows.filter((row) => this.isInside(row)).map((row) => row.id);
    this.context.onBrush(this.brushes.size ? inside : []);
  }
}

/** The first of some titles that has room, else the last. */
const titleFor = (titles, chars) => titles.find((one) => one.length <= chars) ?? titles.at(-1);
