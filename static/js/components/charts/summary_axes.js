// The axes of charts of one value per run: which values they show, their range, ticks and title.

import { axisTitle } from "../../lib/chart_spec.js";
import { extentOf } from "../../lib/curves.js";
import { canonical, hasAggregate, metricColumn } from "../../lib/metric_ids.js";
import { toNumber } from "../../lib/numbers.js";
import { findOutliers } from "../../lib/outliers.js";
import { logTicks } from "../../lib/ticks.js";

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
export function valuesIn(rows, column, isLog = false) {
  const isShown = (value) => Number.isFinite(value) && (!isLog || value > 0);
  return rows
    .map((row) => ({ row, value: numberIn(row, column) }))
    .filter(({ value }) => isShown(value));
}

/** Scale, range and ticks of an axis of `items`, [{row, value}]; runs beyond it in `beyond`. */
export function axisOf(items, { scale, range, clip, title }) {
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

/** x of each row that has one, by run: a number, a time, or the text of a parameter. */
export function xOf(rows, spec) {
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

/** The x axis of a scatter of `x`, the places of runs; runs beyond it in `beyond`. */
export function xAxis(x, spec) {
  const title = spec.x.includes(".") ? xTitle(spec) : "Run number";
  const look = { title: { text: title }, showgrid: true };
  if (spec.x === "run.created") return { axis: { ...look, type: "date" } };
  const values = [...x.values()];
  if (values.some((value) => typeof value === "string"))
    return { axis: { ...look, type: "category" } };
  const items = [...x].map(([id, value]) => ({ row: { id }, value }));
  // What runs were given, such as a learning rate, is spread on purpose: a metric alone diverges.
  const clip = spec.clip && spec.x.startsWith("metrics.");
  const { axis, beyond } = axisOf(items, { scale: spec.xScale, clip, title });
  return { axis: { ...axis, ...look }, beyond };
}

/** The name of a metric with its aggregate, or of a field. */
function xTitle({ x, aggregate }) {
  if (!x.startsWith("metrics.")) return axisTitle(x);
  return hasAggregate(x)
    ? axisTitle(x).replace(/[.:](\w+)$/, " ($1)")
    : `${axisTitle(x)} (${aggregate})`;
}
