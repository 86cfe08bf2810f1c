// Bar, scatter, box and histogram: one value per run and metric, as the run table has it.

import { axisTitle, metricsOf } from "../../lib/chart_spec.js";
import { toNumber } from "../../lib/numbers.js";
import { tokenOf } from "../../lib/series_colors.js";
import { splitList } from "../../lib/url_state.js";
import { CONFIG, colorOf, layoutOf, loadPlotly } from "../plotly.js";

/** The column id of the table that holds `key` of a metric by `aggregate`. */
export function metricColumn(key, aggregate) {
  return aggregate === "last" ? `metrics.${key}` : `metrics.${key}:${aggregate}`;
}

/** The columns a summary chart reads for its runs. */
export function columnsOf(spec, names) {
  const metrics = metricsOf(spec, names).map((key) => metricColumn(key, spec.aggregate));
  const x = spec.x.includes(".") ? [spec.x] : [];
  return [...new Set([...metrics, ...x, ...splitList(spec.group)])];
}

/** Draws a bar, scatter, box or histogram chart. `context.values(columns)` reads the table. */
export class SummaryChart {
  constructor(root, spec, context) {
    Object.assign(this, { root, spec, context });
  }

  async show() {
    const columns = columnsOf(this.spec, this.context.names());
    const [plotly, rows] = await Promise.all([loadPlotly(), this.context.values(columns)]);
    if (!this.root.isConnected) return;
    this.rows = rows;
    this.draw(plotly);
  }

  refresh() {
    return this.show();
  }

  draw(plotly) {
    const keys = metricsOf(this.spec, this.context.names());
    const draw = { bar: bars, scatter: points, box: boxes, histogram: histograms }[this.spec.type];
    const { traces, layout } = draw(this.rows, keys, this.spec, this.context);
    plotly.react(this.root, traces, layoutOf(layout), CONFIG);
    if (!this.listening) {
      this.listening = true;
      this.root.on("plotly_selected", (event) => this.brush(event));
    }
  }

  brush(event) {
    if (event?.points) this.context.onBrush(event.points.map((point) => point.customdata));
  }
}

const valueIn = (row, column) => {
  const value = row.values[column];
  return value === null || value === undefined ? null : toNumber(value);
};

function bars(rows, keys, spec) {
  const traces = keys.map((key, index) => {
    const column = metricColumn(key, spec.aggregate);
    const present = rows.filter((row) => Number.isFinite(valueIn(row, column)));
    const values = present.map((row) => valueIn(row, column));
    return {
      type: "bar",
      orientation: "h",
      name: key,
      y: present.map((row) => row.id),
      x: values,
      text: present.map((row) => row.name),
      customdata: present.map((row) => row.id),
      hovertemplate: "%{text}<br>%{x}<extra></extra>",
      textposition: "none",
      marker: {
        color: present.map((row) => colorOf(tokenOf(keys.length > 1 ? { hue: index } : row))),
      },
    };
  });
  const labels = new Map(rows.map((row) => [row.id, row.name]));
  const layout = {
    xaxis: {
      type: spec.yScale === "log" ? "log" : "linear",
      range: spec.yRange ?? undefined,
      showgrid: true,
    },
    yaxis: {
      type: "category",
      autorange: "reversed",
      showgrid: false,
      tickvals: [...labels.keys()],
      ticktext: [...labels.values()],
    },
    margin: { l: 90, r: 12, t: 8, b: 28 },
    bargap: 0.3,
  };
  return { traces, layout };
}

function points(rows, keys, spec) {
  const traces = keys.map((key, index) => {
    const column = metricColumn(key, spec.aggregate);
    const present = rows.filter((row) => Number.isFinite(valueIn(row, column)));
    return {
      type: "scatter",
      mode: "markers",
      name: key,
      x: present.map((row) => xOf(row, spec)),
      y: present.map((row) => valueIn(row, column)),
      text: present.map((row) => row.name),
      customdata: present.map((row) => row.id),
      hovertemplate: "%{text}<br>x %{x}<br>y %{y}<extra></extra>",
      marker: { size: 7, color: present.map((row) => colorOf(tokenOf(row))), symbol: index },
    };
  });
  const layout = {
    dragmode: "select",
    xaxis: { title: { text: axisTitle(spec.x) }, type: xType(rows, spec), showgrid: true },
    yaxis: { type: spec.yScale === "log" ? "log" : "linear", range: spec.yRange ?? undefined },
  };
  return { traces, layout };
}

function xOf(row, spec) {
  if (!spec.x.includes(".")) return row.number;
  const value = row.values[spec.x];
  const number = Number(value);
  return value === null || value === "" || Number.isNaN(number) ? value : number;
}

function xType(rows, spec) {
  if (spec.x === "run.created") return "date";
  if (spec.xScale === "log") return "log";
  return rows.every((row) => typeof xOf(row, spec) !== "string") ? "linear" : "category";
}

function boxes(rows, keys, spec, context) {
  const traces = keys.flatMap((key) => {
    const column = metricColumn(key, spec.aggregate);
    const fields = splitList(spec.group);
    const named = (row) => fields.map((field) => row.values[field] ?? "—").join(", ") || key;
    const groups = Map.groupBy(rows, named);
    return [...groups].map(([group, members], index) => ({
      type: "box",
      name: String(group),
      y: members.map((row) => valueIn(row, column)).filter(Number.isFinite),
      boxpoints: "all",
      jitter: 0.4,
      pointpos: 0,
      marker: {
        size: 4,
        color: colorOf(tokenOf({ hue: spec.group ? context.hueOf(group, index) : index })),
      },
      line: { width: 1.5 },
    }));
  });
  return { traces, layout: { yaxis: { type: spec.yScale === "log" ? "log" : "linear" } } };
}

function histograms(rows, keys, spec) {
  const traces = keys.map((key, index) => ({
    type: "histogram",
    name: key,
    x: rows.map((row) => valueIn(row, metricColumn(key, spec.aggregate))).filter(Number.isFinite),
    opacity: keys.length > 1 ? 0.6 : 0.9,
    marker: { color: colorOf(tokenOf({ hue: index })) },
    nbinsx: 24,
  }));
  const layout = {
    barmode: "overlay",
    xaxis: { title: { text: keys.join(", ") } },
    yaxis: { title: { text: "runs" } },
  };
  return { traces, layout };
}
