// A line chart over many runs: points from the server for the range and width on screen, smoothed,
// grouped and drawn by Plotly. Zooming asks for the new range at full resolution.

import { metricsOf } from "../../lib/chart_spec.js";
import { dashesOf, tokenOf } from "../../lib/series_colors.js";
import { smooth } from "../../lib/smoothing.js";
import { combine, quantile } from "../../lib/statistics.js";
import { symlog, symlogTicks } from "../../lib/symlog.js";
import { lowerBound } from "../../lib/virtual_window.js";
import { CONFIG, colorOf, decodeArray, layoutOf, loadPlotly } from "../plotly.js";
import { fetchJson } from "../requests.js";

const REFETCH_DELAY_MS = 120;
// Where many curves share a chart, each has fewer points. Its least and greatest values stay.
const POINTS_OF_ALL = 40_000;
const FEWEST_POINTS = 100;
const METRIC_DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];

/**
 * Draws one spec into `root`. `context` gives `series` (address), `runs()` -> [{id, name, number,
 * cells…}], `names()` -> metric names, `groupOf(run, field)`, `onZoom(range)`, `onHover(x)`.
 */
export class LineChart {
  constructor(root, spec, context) {
    this.root = root;
    this.spec = spec;
    this.context = context;
    this.range = spec.xRange;
    this.generation = 0;
  }

  async show() {
    this.generation += 1;
    const { generation } = this;
    const [plotly, answer] = await Promise.all([
      loadPlotly(),
      this.fetch(),
      this.spec.group && this.context.loadGroup(this.spec.group),
    ]);
    if (generation !== this.generation || !this.root.isConnected) return;
    if (answer) this.curves = answer.curves.map(decodeCurve);
    this.stamp = answer?.stamp ?? this.stamp;
    this.draw(plotly);
  }

  /** Ask whether points were added; keeps zoom, hover and the rest of what the reader has done. */
  async refresh() {
    if (!this.stamp) return;
    const answer = await this.fetch({ since: this.stamp });
    if (!answer) return;
    this.curves = answer.curves.map(decodeCurve);
    this.stamp = answer.stamp;
    this.draw(await loadPlotly());
  }

  fetch(extra = {}) {
    const keys = metricsOf(this.spec, this.context.names());
    const right = this.spec.right.filter((key) => !keys.includes(key));
    const all = [...keys, ...right];
    const runs = this.context.runs();
    if (!all.length || !runs.length) return { curves: [], stamp: "" };
    const px = Math.min(
      this.pixels,
      Math.max(FEWEST_POINTS, POINTS_OF_ALL / (runs.length * all.length)),
    );
    const params = new URLSearchParams({ x: this.spec.x, px: String(Math.round(px)), ...extra });
    all.forEach((key) => params.append("key", key));
    params.set("runs", runs.map((run) => run.id).join(","));
    if (this.range) params.set("range", this.range.join(","));
    return fetchJson(`${this.context.series}?${params}`);
  }

  get pixels() {
    return Math.max(100, Math.round(this.root.clientWidth - 56));
  }

  draw(plotly) {
    const runs = new Map(this.context.runs().map((run) => [run.id, run]));
    this.dashes = dashesOf([...runs.values()]);
    const curves = this.curves.filter((curve) => runs.has(curve.run));
    curves.forEach((curve) => this.prepare(curve, runs.get(curve.run)));
    const traces = this.spec.group
      ? this.groupTraces(curves)
      : curves.flatMap((c) => this.traces(c));
    this.shown = this.spec.group ? this.grouped : curves;
    plotly.react(this.root, traces, this.layout(curves), CONFIG);
    this.listen(plotly);
  }

  prepare(curve, run) {
    const { smoothing, amount, yScale } = this.spec;
    curve.label = run.name;
    curve.color = colorOf(tokenOf(run));
    curve.runData = run;
    curve.smoothed = smooth(curve.y, smoothing, amount);
    curve.plotted = yScale === "symlog" ? curve.smoothed.map(symlog) : curve.smoothed;
  }

  traces(curve) {
    const onRight = this.spec.right.includes(curve.key);
    const several = new Set(this.curves.map((one) => one.key)).size > 1;
    const line = {
      color: curve.color,
      width: 1.5,
      dash: several ? METRIC_DASHES[this.keyIndex(curve.key)] : this.dashes.get(curve.run),
    };
    const single = curve.x.length === 1;
    const base = { x: curve.x, yaxis: onRight ? "y2" : "y", hoverinfo: "none", connectgaps: false };
    const main = {
      ...base,
      type: "scatter",
      mode: single ? "markers" : "lines",
      y: curve.plotted,
      line,
      marker: { color: curve.color, size: 5 },
      name: several ? `${curve.label} · ${curve.key}` : curve.label,
      meta: { run: curve.run, key: curve.key },
    };
    if (this.spec.smoothing === "none" || single) return [main];
    const raw = this.spec.yScale === "symlog" ? curve.y.map(symlog) : curve.y;
    const faint = {
      ...base,
      type: "scatter",
      mode: "lines",
      y: raw,
      opacity: 0.22,
      showlegend: false,
    };
    return [{ ...faint, line: { color: curve.color, width: 1 } }, main];
  }

  keyIndex(key) {
    return [...new Set(this.curves.map((curve) => curve.key))].indexOf(key) % METRIC_DASHES.length;
  }

  /** One line per group and metric with its band; members faint below when asked for. */
  groupTraces(curves) {
    const groups = Map.groupBy(curves, (curve) =>
      JSON.stringify([this.context.groupOf(curve.runData, this.spec.group), curve.key]),
    );
    this.grouped = [...groups].map(([name, members], index) => this.join(name, members, index));
    this.interpolated = this.grouped.some((group) => group.interpolated);
    return this.grouped.flatMap((group) => this.bandTraces(group));
  }

  /** The curve that stands for several, shaped like one of them. */
  join(name, members, index) {
    const [value, key] = JSON.parse(name);
    const joined = combine(
      members.map(({ x, smoothed }) => ({ x, y: smoothed })),
      this.spec,
    );
    const label = `${value ?? "—"} (${members.length})`;
    const run = `${value ?? ""}`;
    const color = colorOf(tokenOf({ hue: this.context.hueOf(value, index) }));
    const { center } = joined;
    return {
      ...joined,
      run,
      key,
      label,
      color,
      members,
      y: center,
      smoothed: center,
      total: center.length,
    };
  }

  bandTraces({ x, center, low, high, color, label, key, members }) {
    const scaled = (values) => (this.spec.yScale === "symlog" ? values.map(symlog) : values);
    const edge = {
      x,
      type: "scatter",
      mode: "lines",
      line: { width: 0 },
      hoverinfo: "skip",
      showlegend: false,
    };
    const fill = color.replace("rgb(", "rgba(").replace(")", ", 0.16)");
    const name =
      new Set(this.grouped.map((group) => group.key)).size > 1 ? `${label} · ${key}` : label;
    const faint = this.spec.members
      ? members.map((curve) => ({
          ...edge,
          x: curve.x,
          y: curve.plotted,
          line: { color, width: 1 },
          opacity: 0.25,
        }))
      : [];
    return [
      { ...edge, y: scaled(high) },
      { ...edge, y: scaled(low), fill: "tonexty", fillcolor: fill },
      ...faint,
      {
        x,
        y: scaled(center),
        type: "scatter",
        mode: "lines",
        name,
        line: { color, width: 2 },
        hoverinfo: "none",
      },
    ];
  }

  layout(curves) {
    const { spec } = this;
    const right = spec.right.length ? { title: { text: spec.right.join(", ") } } : undefined;
    return layoutOf({
      xaxis: {
        type: xType(spec),
        range: this.range ? axisRange(this.range, spec.xScale) : undefined,
        autorange: !this.range,
      },
      yaxis: this.yAxis(curves),
      ...(right ? { yaxis2: right } : {}),
      hovermode: false,
      uirevision: JSON.stringify([spec.xScale, spec.yScale, spec.yRange, spec.x]),
    });
  }

  yAxis(curves) {
    const { yScale, yRange, clip } = this.spec;
    const axis = { type: yScale === "log" ? "log" : "linear" };
    if (yScale === "symlog")
      Object.assign(axis, symlogTicks(curves.flatMap((c) => extremes(c.smoothed))));
    if (yRange) axis.range = axisRange(yRange, yScale);
    else if (clip) axis.range = axisRange(withoutOutliers(curves), yScale);
    return axis;
  }

  listen() {
    if (this.listening) return;
    this.listening = true;
    this.root.on("plotly_relayout", (change) => this.zoomed(change));
    this.root.on("plotly_doubleclick", () => this.zoom(null));
    this.root.addEventListener("pointermove", (event) => this.pointed(event));
    this.root.addEventListener("pointerleave", () => this.context.onHover?.(null, 0, this));
  }

  /** The pointer is over the chart: tell the x of the nearest points. */
  pointed(event) {
    const { xaxis, yaxis } = this.root._fullLayout;
    const box = this.root.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left - xaxis._offset, event.clientY - box.top];
    const isInside =
      left >= 0 &&
      left <= xaxis._length &&
      top >= yaxis._offset &&
      top <= yaxis._offset + yaxis._length;
    this.context.onHover?.(isInside ? nearestX(this.shown, xaxis.p2c(left)) : null, top, this);
  }

  zoomed(change) {
    const low = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
    const high = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
    if (low === undefined) return;
    this.zoom([low, high].map((value) => fromAxis(value, this.spec)));
  }

  /** Show `range` of x (null: everything), here and in the linked charts. */
  zoom(range, { linked = true } = {}) {
    this.range = range;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), REFETCH_DELAY_MS);
    if (linked) this.context.onZoom?.(range, this);
  }
}

/** The x nearest to `at` at which a curve has a point; null where there are none. */
function nearestX(curves, at) {
  let nearest = null;
  for (const { x } of curves) {
    const next = lowerBound(x, at);
    for (const value of [x[next - 1], x[next]]) {
      if (value === undefined) continue;
      if (nearest === null || Math.abs(value - at) < Math.abs(nearest - at)) nearest = value;
    }
  }
  return nearest;
}

function decodeCurve(curve) {
  return { ...curve, x: decodeArray(curve.x), y: decodeArray(curve.y) };
}

function xType({ x, xScale }) {
  if (x === "wall" || x === "run.created") return "date";
  return xScale === "log" ? "log" : "linear";
}

const axisRange = (range, scale) => (scale === "log" ? range.map(Math.log10) : range);

function fromAxis(value, { x, xScale }) {
  if (x === "wall" || x === "run.created") return new Date(value).getTime();
  return xScale === "log" ? 10 ** value : Number(value);
}

const extremes = (values) => {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [];
};

/** The range that holds all but the outermost 2 % of values at both ends. */
function withoutOutliers(curves) {
  const values = curves.flatMap((curve) => Array.from(curve.smoothed));
  const [low, high] = [quantile(values, 0.02), quantile(values, 0.98)];
  const margin = (high - low) * 0.05 || 1;
  return [low - margin, high + margin];
}
