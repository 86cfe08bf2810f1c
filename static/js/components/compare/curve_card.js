// A card with one curve of each run over each other.

import { element } from "../../lib/element.js";
import { decodeArray } from "../../lib/typed_arrays.js";
import { CHOICES, CURVES } from "../charts/diagrams.js";
import { drawPlot } from "../plotly.js";
import { fetchJson } from "../requests.js";
import { readLegend } from "./legend.js";

const PIXELS = 1000;

/** What both kinds of card share: a head, a plot, and one line for each run. */
class CurveCard {
  constructor(title, runs) {
    this.runs = runs;
    this.plot = element("div", { class: "plot" });
    this.foot = element("p", { class: "card-foot", role: "status" });
    this.head = element("header", { class: "card-head" }, element("h3", { title }, title));
    this.element = element(
      "section",
      { class: "card metric-card diagram-card", "aria-label": title },
      this.head,
      this.plot,
      this.foot,
    );
    const views = new IntersectionObserver(
      ([{ isIntersecting }]) => {
        if (!isIntersecting) return;
        views.disconnect();
        this.load().catch((error) => (this.foot.textContent = error.message));
      },
      { rootMargin: "200px" },
    );
    views.observe(this.element);
  }

  async load() {
    this.lines = await this.read();
    await this.draw();
  }

  /** The runs of the legend that have the curve. */
  get shown() {
    return readLegend().filter(({ id }) => this.runs.includes(id));
  }

  async draw() {
    if (!this.lines) return;
    const traces = this.shown.flatMap(({ id, name, color, dash }) => {
      const line = this.lines.get(id);
      if (!line?.x.length) return [];
      return {
        type: "scatter",
        mode: "lines",
        name,
        x: line.x,
        y: line.y,
        line: { width: 1.5, color, dash },
        text: name,
        hovertemplate: "%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
      };
    });
    const without = this.shown.length - traces.length;
    this.foot.textContent = without
      ? `${without} of ${this.shown.length} runs have no points.`
      : "";
    const { x, y } = this.titles;
    const axis = (text, values) => ({ title: { text }, ...unitRange(values) });
    await drawPlot(this.plot, traces, {
      xaxis: {
        ...axis(
          x,
          traces.map((trace) => trace.x),
        ),
        showgrid: true,
      },
      yaxis: axis(
        y,
        traces.map((trace) => trace.y),
      ),
      uirevision: y,
    });
  }
}

/** Rates are drawn from 0 to 1, so that curves of different cards compare. */
function unitRange(columns) {
  const isRate = columns.every((values) => values.every((value) => value >= 0 && value <= 1));
  return isRate && columns.length ? { range: [-0.01, 1.02] } : {};
}

/** The table that two of its columns name, and the columns without it. */
function splitNames(x, y) {
  let end = 0;
  while (end < x.length && x[end] === y[end]) end += 1;
  const dot = x.lastIndexOf(".", end - 1);
  return [x.slice(0, dot), x.slice(dot + 1), y.slice(dot + 1)];
}

/** A column of a table over its first column. */
export class TableOverlay extends CurveCard {
  constructor({ y, x, runs }, { series }) {
    const [key, first, column] = splitNames(x.replace(/^metrics\./, ""), y);
    super(`${key}: ${column} over ${first}`, runs);
    Object.assign(this, { y, x, series });
    this.titles = { x: first, y: column };
  }

  async read() {
    const query = new URLSearchParams({
      key: this.y,
      x: this.x,
      px: PIXELS,
      runs: this.runs.join(","),
    });
    const { curves } = await fetchJson(`${this.series}?${query}`);
    return new Map(
      curves.map(({ run, x, y }) => [run, { x: [...decodeArray(x)], y: [...decodeArray(y)] }]),
    );
  }
}

/** The average over the classes of an accuracy table: ROC, precision-recall, gains, lift. */
export class AccuracyOverlay extends CurveCard {
  constructor({ key, runs }, { diagrams }) {
    super(key, runs);
    Object.assign(this, { key, diagrams });
    this.choice = element(
      "select",
      { "aria-label": `Curve of ${key}`, onchange: () => this.choose() },
      ...CHOICES.accuracy_table.map(([value, label]) => element("option", { value }, label)),
    );
    this.head.append(this.choice);
  }

  get titles() {
    const [, x, y] = CURVES[this.choice.value];
    return { x, y };
  }

  async read() {
    this.answers ??= await Promise.all(this.runs.map((run) => this.ask(run)));
    return new Map(this.answers.map(([run, answer]) => [run, this.average(answer)]));
  }

  async ask(run) {
    const query = new URLSearchParams({ key: this.key, form: "accuracy_table" });
    return [run, await fetchJson(`${this.diagrams[run]}?${query}`)];
  }

  average(answer) {
    const curves = answer.curves[this.choice.value];
    return curves.find((curve) => curve.is_average) ?? curves[0];
  }

  choose() {
    this.load();
  }
}
