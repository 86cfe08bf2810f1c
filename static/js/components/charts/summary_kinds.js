// Bar, scatter, box and histogram: each takes rows of values and gives {traces, layout, beyond}.

import { axisTitle } from "../../lib/chart_spec.js";
import { extentOf } from "../../lib/curves.js";
import { binsOf, placesOf } from "../../lib/histogram.js";
import { canonical, hasAggregate, metricColumn } from "../../lib/metric_ids.js";
import { toNumber } from "../../lib/numbers.js";
import { findOutliers } from "../../lib/outliers.js";
import { symbolOf, tokenOf } from "../../lib/series_colors.js";
import { logTicks } from "../../lib/ticks.js";
import { splitList } from "../../lib/url_state.js";
import { colorOf } from "../colors.js";

const BAR_PX = 14;
const LONGEST_LABEL = 24;

/** The column of the x axis: a metric has the aggregate of the y axis where it names none. */
export function xColumn({ x, aggregate }) {
  if (!x.startsWith("metrics.")) return x;
  if (hasAggregate(x)) return canonical(x);
  return metricColumn(x.slice("metrics.".length), aggregate);
}

const numberIn = (row, column) => {
  const value = row.values[column];
  return value === null || value === undefined || value === "" ? NaN : Number(toNumber(value));
};

/** The value of each row in a column, those of rows with a finite one. */
function valuesIn(rows, column, isLog = false) {
  const isShown = (value) => Number.isFinite(value) && (!isLog || value > 0);
  return rows
    .map((row) => ({ row, value: numberIn(row, column) }))
    .filter(({ value }) => isShown(value));
}

/** Scale, range and ticks of an axis of `items`, [{row, value}]; runs beyond it in `beyond`. */
function axisOf(items, { scale, range, clip, title }) {
  const isLog = scale === "log";
  const place = (value) => (isLog ? Math.log10(value) : value);
  const axis = { type: isLog ? "log" : "linear", title: { text: title } };
  const ends = extentOf(items.map(({ value }) => value));
  if (isLog && ends) Object.assign(axis, logTicks(...ends));
  if (range) return { axis: { ...axis, range: isLog ? range.map(Math.log10) : range } };
  const places = items.map(({ row, value }) => ({
    run: row.id,
    low: place(value),
    high: place(value),
  }));
  const outliers = clip ? findOutliers(places) : null;
  if (outliers) axis.range = outliers.range;
  return { axis, beyond: outliers?.beyond };
}

const titleOf = (keys, { aggregate }) => `${keys.join(", ")} (${aggregate})`;

export function bars(rows, keys, spec, { height }) {
  const isLog = spec.yScale === "log";
  const items = keys.map((key) => valuesIn(rows, metricColumn(key, spec.aggregate), isLog));
  const places = new Map(rows.map((row, i) => [row.id, i]));
  const traces = items.map((found, index) => ({
    type: "bar",
    orientation: "h",
    name: keys[index],
    y: found.map(({ row }) => places.get(row.id)),
    x: found.map(({ value }) => value),
    text: found.map(({ row }) => row.name),
    customdata: found.map(({ row }) => row.id),
    hovertemplate: "%{text}<br>%{x}<extra></extra>",
    textposition: "none",
    marker: {
      color: found.map(({ row }) => colorOf(tokenOf(keys.length > 1 ? { hue: index } : row))),
    },
  }));
  const title = titleOf(keys, spec);
  const value = { scale: spec.yScale, range: spec.yRange, clip: spec.clip, title };
  const { axis, beyond } = axisOf(items.flat(), value);
  const yaxis = { autorange: "reversed", showgrid: false, ...namesOf(rows, height) };
  return { traces, beyond, layout: { xaxis: { ...axis, showgrid: true }, yaxis, bargap: 0.3 } };
}

/** Names at the bars, as many as have room. */
function namesOf(rows, height) {
  const every = Math.max(1, Math.ceil((rows.length * BAR_PX) / Math.max(1, height - 48)));
  const tickvals = rows.map((_, i) => i).filter((i) => i % every === 0);
  return { tickvals, ticktext: tickvals.map((i) => shorten(rows[i].name)) };
}

function shorten(name) {
  if (name.length <= LONGEST_LABEL) return name;
  const half = LONGEST_LABEL / 2;
  return `${name.slice(0, half)}…${name.slice(1 - half)}`;
}

export function points(rows, keys, spec) {
  const x = xOf(rows, spec);
  const columns = keys.map((key) => metricColumn(key, spec.aggregate));
  const items = columns.map((column) =>
    valuesIn(rows, column, spec.yScale === "log").filter(({ row }) => x.has(row.id)),
  );
  const traces = items.map((found, index) => ({
    type: "scatter",
    mode: "markers",
    name: keys[index],
    x: found.map(({ row }) => x.get(row.id)),
    y: found.map(({ value }) => value),
    text: found.map(({ row }) => row.name),
    customdata: found.map(({ row }) => row.id),
    hovertemplate: "%{text}<br>x %{x}<br>y %{y}<extra></extra>",
    marker: {
      size: 8,
      color: found.map(({ row }) => colorOf(tokenOf(row))),
      symbol: found.map(({ row }) => (keys.length > 1 ? index : symbolOf(row))),
    },
  }));
  const value = { scale: spec.yScale, range: spec.yRange, clip: spec.clip };
  const { axis, beyond } = axisOf(items.flat(), { ...value, title: titleOf(keys, spec) });
  const left = rows.length - new Set(items.flat().map(({ row }) => row.id)).size;
  return {
    traces,
    beyond,
    left,
    layout: { dragmode: "select", xaxis: xAxis(x, spec), yaxis: axis },
  };
}

/** x of each row that has one, by run: a number, a time, or the text of a parameter. */
function xOf(rows, spec) {
  if (!spec.x.includes(".")) return new Map(rows.map((row) => [row.id, row.number]));
  const column = xColumn(spec);
  const raw = rows.map((row) => [row.id, row.values[column]]);
  const given = raw.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const isNumeric =
    spec.x.startsWith("metrics.") || given.every(([, v]) => !Number.isNaN(Number(v)));
  if (!isNumeric) return new Map(given.map(([id, value]) => [id, String(value)]));
  const isShown = ([, value]) => Number.isFinite(value) && (spec.xScale !== "log" || value > 0);
  return new Map(given.map(([id, value]) => [id, Number(value)]).filter(isShown));
}

function xAxis(x, spec) {
  const values = [...x.values()];
  const isText = values.some((value) => typeof value === "string");
  const title = spec.x.includes(".") ? xTitle(spec) : "Run number";
  const axis = { title: { text: title }, showgrid: true };
  if (spec.x === "run.created") return { ...axis, type: "date" };
  if (isText) return { ...axis, type: "category" };
  if (spec.xScale !== "log" || !values.length) return { ...axis, type: "linear" };
  return { ...axis, type: "log", ...logTicks(...extentOf(values)) };
}

/** The name of a metric with its aggregate, or of a field. */
function xTitle({ x, aggregate }) {
  if (!x.startsWith("metrics.")) return axisTitle(x);
  return hasAggregate(x)
    ? axisTitle(x).replace(/[.:](\w+)$/, " ($1)")
    : `${axisTitle(x)} (${aggregate})`;
}

export function boxes(rows, keys, spec, { hueOf }) {
  const isLog = spec.yScale === "log";
  const fields = splitList(spec.group);
  const shown = [];
  const traces = keys.flatMap((key, k) => {
    const items = valuesIn(rows, metricColumn(key, spec.aggregate), isLog);
    shown.push(...items);
    const named = ({ row }) => fields.map((field) => row.values[field] ?? "—").join(", ") || key;
    return [...Map.groupBy(items, named)].map(([group, members], index) => ({
      type: "box",
      name: String(group),
      y: members.map(({ value }) => value),
      text: members.map(({ row }) => row.name),
      boxpoints: "all",
      jitter: 0.4,
      pointpos: 0,
      hoverinfo: "y+text",
      marker: {
        size: 4,
        color: colorOf(tokenOf({ hue: fields.length ? hueOf(group, index) : k })),
      },
      line: { width: 1.5 },
    }));
  });
  const value = { scale: spec.yScale, range: spec.yRange, clip: spec.clip };
  const { axis, beyond } = axisOf(shown, { ...value, title: titleOf(keys, spec) });
  return { traces, beyond, layout: { yaxis: axis } };
}

export function histograms(rows, keys, spec) {
  const isLog = spec.xScale === "log";
  const beyond = new Set();
  const traces = keys.flatMap((key, index) => {
    const found = valuesIn(rows, metricColumn(key, spec.aggregate), isLog);
    const { beyond: out = [] } = axisOf(found, { scale: spec.xScale, clip: spec.clip });
    for (const id of out) beyond.add(id);
    const bins = binsOf(
      found.filter(({ row }) => !beyond.has(row.id)).map(({ value }) => value),
      { isLog },
    );
    if (!bins) return [];
    const color = colorOf(tokenOf({ hue: index }));
    const look = { marker: { color }, opacity: keys.length > 1 ? 0.6 : 0.9 };
    const bar = { type: "bar", name: key, y: bins.counts, ...placesOf(bins, isLog), ...look };
    return [{ ...bar, hovertemplate: "%{y} runs at %{x}<extra></extra>" }];
  });
  const x = { type: isLog ? "log" : "linear", title: { text: titleOf(keys, spec) } };
  const y = { type: spec.yScale === "log" ? "log" : "linear", title: { text: "Runs" } };
  return { traces, beyond, layout: { barmode: "overlay", bargap: 0.04, xaxis: x, yaxis: y } };
}
