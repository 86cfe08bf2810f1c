// Questions about a curve, {x, y} with x ascending. Pure.

import { lowerBound } from "./virtual_window.js";

/** The least and the greatest finite value, [low, high]; null where there is none. */
export function extentOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** The indices of finite values that no line reaches: both neighbours are missing or not finite. */
export function isolatedPoints(values) {
  const isAlone = (i) =>
    Number.isFinite(values[i]) &&
    !Number.isFinite(values[i - 1]) &&
    !Number.isFinite(values[i + 1]);
  return Array.from(values.keys()).filter(isAlone);
}

/** The index of the point nearest to x; -1 before and behind the curve. */
export function nearestIndex(x, at) {
  if (!x.length || at < x[0] || at > x[x.length - 1]) return -1;
  const next = Math.min(lowerBound(x, at), x.length - 1);
  const before = Math.max(0, next - 1);
  return Math.abs(x[before] - at) < Math.abs(x[next] - at) ? before : next;
}

/** The x nearest to `at` at which one of `curves` has a point; null where there are none. */
export function nearestX(curves, at) {
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
