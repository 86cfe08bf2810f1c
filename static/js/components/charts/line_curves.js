// The curves of a line chart, from the answer of the server to what is drawn: named, coloured,
// smoothed, and joined where runs are drawn in groups.

import { extentOf } from "../../lib/curves.js";
import { lineStyleOf } from "../../lib/series_colors.js";
import { smooth } from "../../lib/smoothing.js";
import { combine } from "../../lib/statistics.js";
import { symlog } from "../../lib/symlog.js";
import { decodeArray } from "../../lib/typed_arrays.js";
import { colorOf } from "../colors.js";

// Plotly subtracts values: the difference of greater ones would be infinite.
const GREATEST = 1e300;

/** The curves of an answer: {run, key, x, y, total}. */
export function decodeCurves({ curves }) {
  return curves.map((curve) => ({ ...curve, x: decodeArray(curve.x), y: decodeArray(curve.y) }));
}

/** The keys of `curves`, in their order. */
export const keysOf = (curves) => [...new Set(curves.map((curve) => curve.key))];

/** How values stand on the y axis of `spec`. */
export function scaledBy({ yScale }) {
  const limit = (value) => Math.max(-GREATEST, Math.min(GREATEST, value));
  if (yScale === "symlog") return (values) => values.map(symlog);
  return (values) => {
    const [low, high] = extentOf(values) ?? [0, 0];
    return low < -GREATEST || high > GREATEST
      ? values.map((value) => (Number.isFinite(value) ? limit(value) : value))
      : values;
  };
}

/** Give `curve` what is drawn of it; `keys` are those of its chart. */
export function prepareCurve(curve, run, spec, keys) {
  const style = lineStyleOf({ ...run, run: true }, keys.indexOf(curve.key), keys.length);
  const smoothed = smooth(curve.y, spec.smoothing, spec.amount);
  return Object.assign(curve, style, {
    name: run.name,
    label: keys.length > 1 ? `${run.name} · ${curve.key}` : run.name,
    series: { ...run, run: true },
    runData: run,
    color: colorOf(style.token),
    smoothed,
    plotted: scaledBy(spec)(smoothed),
  });
}

/** One curve for each group and metric of `curves`; `groupOf(run)` names a group, `hueOf(group,
 * index)` colours it. */
export function joinGroups(curves, spec, keys, { groupOf, hueOf }) {
  const groups = Map.groupBy(curves, ({ runData, key }) => JSON.stringify([groupOf(runData), key]));
  const names = [...new Set(curves.map(({ runData }) => groupOf(runData)))];
  return [...groups].map(([name, members]) => {
    const [group, key] = JSON.parse(name);
    const hue = hueOf(group, names.indexOf(group));
    return joinGroup({ group, key, hue, members, spec, keys });
  });
}

/** The curve that stands for several, shaped like one of them. */
function joinGroup({ group, key, hue, members, spec, keys }) {
  const joined = combine(
    members.map(({ x, smoothed }) => ({ x, y: smoothed })),
    spec,
  );
  const style = lineStyleOf({ hue }, keys.indexOf(key), keys.length);
  const name = `${group ?? "—"} (${members.length})`;
  const { center } = joined;
  return {
    ...joined,
    ...style,
    key,
    members,
    name,
    run: `${group ?? ""}`,
    label: keys.length > 1 ? `${name} · ${key}` : name,
    series: { hue },
    color: colorOf(style.token),
    y: center,
    smoothed: center,
    plotted: scaledBy(spec)(center),
    total: center.length,
  };
}
