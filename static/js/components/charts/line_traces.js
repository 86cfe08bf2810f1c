// The traces of a line chart: a line for each curve, faint raw values under a smoothed one, points
// that no line reaches, bands of groups.

import { isolatedPoints } from "../../lib/curves.js";
import { scaledBy } from "./line_curves.js";

const MOST_MARKERS = 12;

const BASE = { type: "scatter", mode: "lines", hoverinfo: "none", connectgaps: false };
const UNNAMED = { hoverinfo: "skip", showlegend: false };

/** The traces of `curve`, the one that bears its name last. `uid` names them for `light`. */
export function tracesOf(curve, spec, uid) {
  const axis = { yaxis: spec.right.includes(curve.key) ? "y2" : "y" };
  const { x, color, plotted } = curve;
  if (curve.members) return groupTraces(curve, spec, axis, uid);
  const main = { ...BASE, ...axis, uid, x, y: plotted, name: curve.label, ...lineOf(curve, 1.5) };
  if (x.length === 1) return [{ ...main, mode: "markers", marker: { color, size: 5 } }];
  const traces = [main];
  const alone = isolatedPoints(plotted);
  if (alone.length) traces.unshift(pointsOf(curve, alone, axis));
  if (spec.smoothing !== "none") traces.unshift(rawOf(curve, spec, axis));
  return traces;
}

/** Line and, where it takes them to tell runs apart, a few markers on it. */
function lineOf({ color, dash, symbol }, width) {
  const line = { color, width, dash };
  if (symbol === "none") return { line };
  const marker = { color, symbol, size: 7, maxdisplayed: MOST_MARKERS };
  return { line, marker, mode: "lines+markers" };
}

function pointsOf({ x, plotted, color }, indices, axis) {
  const at = (values) => indices.map((index) => values[index]);
  const marker = { color, size: 5 };
  return { ...BASE, ...axis, ...UNNAMED, mode: "markers", marker, x: at(x), y: at(plotted) };
}

function rawOf({ x, y, color }, spec, axis) {
  const line = { color, width: 1 };
  return { ...BASE, ...axis, ...UNNAMED, x, y: scaledBy(spec)(y), opacity: 0.22, line };
}

/** The line of a group on its band; its members, faint, when asked for. */
function groupTraces(group, spec, axis, uid) {
  const { x, low, high, color, members } = group;
  const scaled = scaledBy(spec);
  const edge = { ...BASE, ...UNNAMED, ...axis, x, line: { width: 0 } };
  const fillcolor = color.replace("rgb(", "rgba(").replace(")", ", 0.16)");
  const faint = (spec.members ? members : []).map((curve) => ({
    ...edge,
    x: curve.x,
    y: curve.plotted,
    line: { color, width: 1 },
    opacity: 0.25,
  }));
  return [
    { ...edge, y: scaled(high) },
    { ...edge, y: scaled(low), fill: "tonexty", fillcolor },
    ...faint,
    { ...BASE, ...axis, uid, x, y: group.plotted, name: group.label, ...lineOf(group, 2) },
  ];
}
