// The axes of parallel coordinates: where each run lies on a column, from 0 (bottom) to 1.

import { extentOf } from "../../lib/curves.js";
import { hasAggregate } from "../../lib/metric_ids.js";
import { formatNumber } from "../../lib/numbers.js";
import { findOutliers } from "../../lib/outliers.js";

const LOG_RATIO = 100;
const MOST_TICKS = 12;
// The distance of two numbers at the edge of all has no number; that of their halves has.
const half = (value) => value / 2;
const isAbsent = (value) => value === null || value === undefined || value === "";

/** The axis of `column` over `rows`: numbers by size, texts in their order. Returns {column, titles,
 * place(row), lowLabel, highLabel, beyond}; `place` is null for a run that has no place there, and
 * `beyond` holds the runs that lie far from all others, unless `spec` shows all. */
export function makeAxis(column, rows, spec) {
  const raw = rows.map((row) => row.values[column]).filter((value) => !isAbsent(value));
  const isMetric = column.startsWith("metrics.");
  const isNumeric = isMetric || raw.every((value) => !Number.isNaN(Number(value)));
  const axis = isNumeric ? numberAxis(column, rows, spec) : textAxis(column, raw);
  return { column, titles: titlesOf(column), beyond: new Set(), ...axis };
}

/** The name of a column; of a metric with the value of it that is meant, and without it. */
function titlesOf(column) {
  const name = column.replace(/^\w+\./, "");
  if (!column.startsWith("metrics.") || !hasAggregate(column)) return [name];
  const [, metric, aggregate] = /^(.*)[.:](\w+)$/s.exec(name);
  return [`${metric} · ${aggregate}`, metric];
}

function numberAxis(column, rows, spec) {
  const numberOf = ({ values }) => (isAbsent(values[column]) ? NaN : Number(values[column]));
  const items = rows
    .map((row) => ({ run: row.id, low: numberOf(row), high: numberOf(row) }))
    .filter(({ low }) => Number.isFinite(low));
  const beyond = (spec.clip && findOutliers(items)?.beyond) || new Set();
  const kept = items.filter(({ run }) => !beyond.has(run));
  const ends = extentOf(kept.map(({ low }) => low));
  if (!ends) return { place: () => null, lowLabel: "", highLabel: "" };
  const [low, high] = ends;
  const scale = low > 0 && high / low >= LOG_RATIO ? Math.log10 : half;
  const span = scale(high) - scale(low);
  const placeOf = (number) => (span ? (scale(number) - scale(low)) / span : 0.5);
  const place = (row) => {
    const number = numberOf(row);
    return Number.isFinite(number) && !beyond.has(row.id) ? placeOf(number) : null;
  };
  const ticks = ticksOf(
    kept.map((item) => ({ place: placeOf(item.low), text: formatNumber(item.low, 3) })),
  );
  return { place, beyond, ticks, lowLabel: formatNumber(low, 3), highLabel: formatNumber(high, 3) };
}

/** The places of a few values, each once and ascending; none of many: these are no choices. */
function ticksOf(marks) {
  const named = [...new Map(marks.map((mark) => [mark.text, mark])).values()];
  return named.length <= MOST_TICKS ? named.sort((one, other) => one.place - other.place) : [];
}

function textAxis(column, raw) {
  const values = [...new Set(raw.map(String))].sort();
  const place = (row) => {
    const index = values.indexOf(String(row.values[column]));
    if (index < 0) return null;
    return values.length > 1 ? index / (values.length - 1) : 0.5;
  };
  const ticks = ticksOf(values.map((text, i) => ({ place: i / (values.length - 1), text })));
  return { place, ticks, lowLabel: values[0] ?? "", highLabel: values.at(-1) ?? "" };
}
