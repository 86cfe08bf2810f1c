// What a chart shows, as a plain object, and its short form in the URL. Pure.

import { SMOOTHINGS } from "./smoothing.js";

export const TYPES = {
  line: "Line",
  bar: "Bar",
  scatter: "Scatter",
  parallel: "Parallel coordinates",
  box: "Box",
  histogram: "Histogram",
};
export const X_AXES = {
  step: "Step",
  time: "Relative time",
  wall: "Wall time",
  index: "Index",
};
export const SCALES = ["linear", "log", "symlog"];
export const AGGREGATES = ["last", "min", "max", "mean", "first", "best"];

const DEFAULTS = {
  type: "line",
  y: [],
  right: [],
  match: "",
  x: "step",
  aggregate: "last",
  smoothing: "none",
  amount: null,
  xScale: "linear",
  yScale: "linear",
  xRange: null,
  yRange: null,
  clip: false,
  group: "",
  center: "mean",
  band: "minmax",
  members: false,
  title: "",
  width: 1,
  height: 1,
};
const SHORT = {
  type: "t",
  y: "y",
  right: "r",
  match: "m",
  x: "x",
  aggregate: "a",
  smoothing: "s",
  amount: "k",
  xScale: "xs",
  yScale: "ys",
  xRange: "xr",
  yRange: "yr",
  clip: "o",
  group: "g",
  center: "c",
  band: "b",
  members: "e",
  title: "n",
  width: "w",
  height: "h",
};

/** A complete spec from a partial one. */
export function makeSpec(partial = {}) {
  const spec = { ...DEFAULTS, ...partial };
  if (spec.amount === null) spec.amount = SMOOTHINGS[spec.smoothing]?.value ?? null;
  return spec;
}

/** The charts of a page as the text of `charts=`; only what differs from the defaults. */
export function writeCharts(specs) {
  return JSON.stringify(
    specs.map((spec) =>
      Object.fromEntries(
        Object.entries(SHORT)
          .filter(([name]) => JSON.stringify(spec[name]) !== JSON.stringify(DEFAULTS[name]))
          .filter(([name]) => name !== "amount" || spec.smoothing !== "none")
          .map(([name, short]) => [short, spec[name]]),
      ),
    ),
  );
}

/** The inverse of `writeCharts`; what cannot be read is left out. */
export function readCharts(text) {
  try {
    const list = JSON.parse(text);
    return Array.isArray(list) ? list.map(readSpec).filter(Boolean) : [];
  } catch {
    return [];
  }
}

function readSpec(item) {
  if (typeof item !== "object" || item === null) return null;
  const named = Object.entries(SHORT)
    .filter(([name, short]) => short in item && sameKind(item[short], DEFAULTS[name]))
    .map(([name, short]) => [name, item[short]]);
  const spec = makeSpec(Object.fromEntries(named));
  return spec.type in TYPES ? spec : null;
}

function sameKind(value, example) {
  return (
    example === null ||
    (typeof value === typeof example && Array.isArray(value) === Array.isArray(example))
  );
}

/** The metric names a chart draws, of those there are: named ones and those its pattern matches. */
export function metricsOf(spec, names) {
  if (!spec.match) return spec.y;
  let pattern;
  try {
    pattern = new RegExp(spec.match);
  } catch {
    return spec.y;
  }
  return [...new Set([...spec.y, ...names.filter((name) => pattern.test(name))])];
}

/** The title a chart has when it was given none. */
export function titleOf(spec) {
  if (spec.title) return spec.title;
  const names = [...spec.y, ...(spec.match ? [`/${spec.match}/`] : [])];
  if (spec.type === "parallel") return "Parallel coordinates";
  if (spec.type === "scatter") return `${names.join(", ")} by ${axisTitle(spec.x)}`;
  const right = spec.type === "line" ? spec.right : [];
  return [...new Set([...names, ...right])].join(", ") || "Choose a metric";
}

/** What stands under the x axis. */
export function axisTitle(x) {
  return X_AXES[x] ?? x.replace(/^\w+\./, "");
}

/** The charts of a page nobody has shaped yet: one line chart per common metric. */
export function defaultCharts(names) {
  return names.map((name) => makeSpec({ y: [name] }));
}
