// Statistics of a few numbers and of several curves over one axis. Pure.

/** Two-sided 95 % quantiles of Student's t by degrees of freedom; 1.96 beyond the table. */
const T95 = [
  NaN,
  12.706,
  4.303,
  3.182,
  2.776,
  2.571,
  2.447,
  2.365,
  2.306,
  2.262,
  2.228,
  2.201,
  2.179,
  2.16,
  2.145,
  2.131,
  2.12,
  2.11,
  2.101,
  2.093,
  2.086,
  2.08,
  2.074,
  2.069,
  2.064,
  2.06,
  2.056,
  2.052,
  2.048,
  2.045,
  2.042,
];

export const BANDS = {
  minmax: "Min–max",
  std: "Standard deviation",
  stderr: "Standard error",
  ci95: "95 % confidence",
};

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Sample standard deviation (n - 1); 0 of a single value. */
export function deviation(values) {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1),
  );
}

/** Lower and upper edge of the band of `kind` around `center`. */
export function bandOf(values, kind, center) {
  if (kind === "minmax") return [Math.min(...values), Math.max(...values)];
  const n = values.length;
  const spread = deviation(values);
  const half =
    kind === "std"
      ? spread
      : (spread / Math.sqrt(n)) * (kind === "ci95" && n > 1 ? (T95[n - 1] ?? 1.96) : 1);
  return [center - half, center + half];
}

/** The q-quantile of finite values by linear interpolation. */
export function quantile(values, q) {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (!sorted.length) return NaN;
  const place = (sorted.length - 1) * q;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/**
 * One curve for several: `curves` are {x, y} with ascending x. Where their x differ, each curve is
 * interpolated linearly inside its own range and left out beyond it. Returns {x, center, low, high,
 * interpolated}.
 */
export function combine(curves, { center = "mean", band = "minmax", points = 500 } = {}) {
  const interpolated = !haveSameX(curves);
  const x = interpolated ? commonAxis(curves, points) : curves[0].x;
  const out = { x: [], center: [], low: [], high: [], interpolated };
  const cursors = curves.map(() => 0);
  for (let i = 0; i < x.length; i += 1) {
    const values = curves
      .map((curve, c) => valueAt(curve, x[i], cursors, c))
      .filter(Number.isFinite);
    if (!values.length) continue;
    const middle = center === "median" ? median(values) : mean(values);
    const [low, high] = bandOf(values, band, middle);
    out.x.push(x[i]);
    out.center.push(middle);
    out.low.push(low);
    out.high.push(high);
  }
  return out;
}

function haveSameX(curves) {
  const [first, ...rest] = curves;
  return rest.every(
    ({ x }) => x.length === first.x.length && x.every((value, i) => value === first.x[i]),
  );
}

function commonAxis(curves, points) {
  const union = new Set(curves.flatMap(({ x }) => Array.from(x)));
  const sorted = Float64Array.from(union).sort();
  if (sorted.length <= points) return sorted;
  const [low, high] = [sorted[0], sorted.at(-1)];
  return Float64Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
}

function valueAt({ x, y }, at, cursors, c) {
  if (at < x[0] || at > x[x.length - 1]) return NaN;
  let i = cursors[c];
  while (i + 1 < x.length && x[i + 1] <= at) i += 1;
  cursors[c] = i;
  if (x[i] === at || i + 1 >= x.length) return y[i];
  return y[i] + ((y[i + 1] - y[i]) * (at - x[i])) / (x[i + 1] - x[i]);
}
