// What a chart shows, as a plain object, and its short form in the URL. Pure.

import { SMOOTHINGS } from "./smoothing.js";
import { BANDS } from "./statistics.js";

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
const SIZES = [1, 2, 3];

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
  clip: true,
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

/** The inverse of `writeCharts`: what a chart cannot mean is left out of it; null for a text without
 * a list of charts, or with none that can be read. */
export function readCharts(text) {
  let list;
  try {
    list = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  const specs = list.map(readSpec).filter(Boolean);
  return list.length && !specs.length ? null : specs;
}

function readSpec(item) {
  if (typeof item !== "object" || item === null) return null;
  if ("t" in item && !isOf(TYPES)(item.t)) return null;
  const named = Object.entries(SHORT)
    .filter(([name, short]) => short in item && CHECKS[name](item[short]))
    .map(([name, short]) => [name, item[short]]);
  return makeSpec(Object.fromEntries(named));
}

const isText = (value) => typeof value === "string";
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isFlag = (value) => typeof value === "boolean";
const isOf = (names) => (value) => isText(value) && Object.hasOwn(names, value);
const isIn = (names) => (value) => names.includes(value);
const isRange = (value) =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];

/** What the value of each part of a spec may be. */
const CHECKS = {
  type: isOf(TYPES),
  y: isTexts,
  right: isTexts,
  match: isText,
  x: (value) => isText(value) && (Object.hasOwn(X_AXES, value) || value.includes(".")),
  aggregate: isIn(AGGREGATES),
  smoothing: isOf(SMOOTHINGS),
  amount: (value) => Number.isFinite(value) && value >= 0,
  xScale: isIn(SCALES),
  yScale: isIn(SCALES),
  xRange: isRange,
  yRange: isRange,
  clip: isFlag,
  group: isText,
  center: isIn(["mean", "median"]),
  band: isOf(BANDS),
  members: isFlag,
  title: isText,
  width: isIn(SIZES),
  height: isIn(SIZES),
};

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
