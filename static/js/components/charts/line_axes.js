// The axes of a line chart: their scales, ranges, ticks and titles.

import { axisTitle } from "../../lib/chart_spec.js";
import { extentOf } from "../../lib/curves.js";
import { findOutliersOfEach } from "../../lib/outliers.js";
import { symlogTicks } from "../../lib/symlog.js";
import { logTicks, timeTicks } from "../../lib/ticks.js";
import { keysOf } from "./line_curves.js";

const LONGEST_TITLE = 48;
// So few steps are all named: there is none between two.
const MOST_SINGLE_STEPS = 6;

/** The layout of `curves` drawn by `spec` over `range` of x, and the runs that leave its axes. What
 * the reader has zoomed stays until there is another number of `resets`. */
export function layoutLines(curves, spec, range, resets = 0) {
  const [left, right] = [false, true].map((isRight) =>
    curves.filter(({ key }) => spec.right.includes(key) === isRight),
  );
  const axes = {
    xaxis: xAxis(curves, spec, range),
    yaxis: yAxis(left, spec, spec.yRange),
    ...(right.length ? { yaxis2: yAxis(right, spec, null) } : {}),
  };
  const beyond = new Set(Object.values(axes).flatMap((axis) => [...(axis.beyond ?? [])]));
  for (const axis of Object.values(axes)) delete axis.beyond;
  const uirevision = JSON.stringify([
    spec.xScale,
    spec.yScale,
    spec.yRange,
    spec.x,
    spec.clip,
    resets,
  ]);
  return { layout: { ...axes, hovermode: false, uirevision }, beyond };
}

export const isDate = ({ x }) => x === "wall" || x === "run.created";

function xAxis(curves, spec, range) {
  const { x, xScale } = spec;
  const axis = {
    type: isDate(spec) ? "date" : xScale === "log" ? "log" : "linear",
    title: { text: axisTitle(x) },
    range: range ? axisRange(range, xScale) : undefined,
    autorange: !range,
  };
  const ends = range ?? extentOf(curves.flatMap((curve) => [curve.x[0], curve.x.at(-1)]));
  // Markers would widen a range of Plotly's own.
  if (axis.type === "linear" && ends && ends[0] < ends[1])
    Object.assign(axis, { range: ends, autorange: false });
  if (x === "step" && xScale === "linear" && ends && ends[1] - ends[0] <= MOST_SINGLE_STEPS)
    axis.dtick = 1;
  if (x === "time" && xScale === "linear" && ends) Object.assign(axis, timeTicks(...ends));
  return axis;
}

function yAxis(curves, spec, range) {
  const { yScale, clip } = spec;
  const title = cut(keysOf(curves).join(", "));
  const axis = { type: yScale === "log" ? "log" : "linear", title: { text: title } };
  const isShown = (value) => Number.isFinite(value) && (yScale !== "log" || value > 0);
  const extents = curves.map((curve) => extentOf(curve.smoothed.filter(isShown)));
  const ends = extentOf(extents.filter(Boolean).flat());
  if (!ends) return axis;
  if (range) axis.range = axisRange(range, yScale);
  else if (clip) Object.assign(axis, robustRange(curves, extents, yScale));
  if (yScale === "symlog") Object.assign(axis, symlogTicks(ends));
  if (yScale === "log") Object.assign(axis, logTicks(...ends));
  return axis;
}

/** The range of all runs but those that diverged; nothing where there are none. */
function robustRange(curves, extents, yScale) {
  const items = curves.flatMap((curve, i) => {
    if (!extents[i]) return [];
    const [low, high] = yScale === "log" ? extents[i].map(Math.log10) : plottedExtent(curve);
    return [{ run: curve.run, key: curve.key, low, high }];
  });
  return findOutliersOfEach([...Map.groupBy(items, ({ key }) => key).values()]) ?? {};
}

const plottedExtent = ({ plotted }) => extentOf(plotted);

const cut = (text) => (text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE - 1)}…` : text);

export const axisRange = (range, scale) => (scale === "log" ? range.map(Math.log10) : range);

/** A place on the x axis, as Plotly tells it, as a number of the data. */
export function fromAxis(value, spec) {
  if (isDate(spec)) return new Date(value).getTime();
  return spec.xScale === "log" ? 10 ** value : Number(value);
}
