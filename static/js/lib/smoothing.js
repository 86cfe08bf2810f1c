// Smoothing of a curve. Pure: arrays in, a new Float64Array out; NaN stays NaN and is not averaged.

/** The kinds of smoothing and the range of their one parameter. */
export const SMOOTHINGS = {
  none: { label: "None" },
  ema: { label: "Exponential", min: 0, max: 0.999, step: 0.001, value: 0.6 },
  mean: { label: "Running mean", min: 2, max: 500, step: 1, value: 10 },
  gauss: { label: "Gaussian", min: 0.5, max: 100, step: 0.5, value: 3 },
};

/** `values` smoothed by `kind` with its parameter. */
export function smooth(values, kind, parameter) {
  if (kind === "ema") return exponential(values, parameter);
  if (kind === "mean") return runningMean(values, parameter);
  if (kind === "gauss") return gaussian(values, parameter);
  return values;
}

/**
 * Exponential moving average without the bias towards 0 at the start: the weighted mean of all
 * values so far, weights `weight ** age` (the debiased form that TensorBoard uses).
 */
function exponential(values, weight) {
  const out = new Float64Array(values.length);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isFinite(values[i])) {
      sum = sum * weight + values[i];
      total = total * weight + 1;
      out[i] = sum / total;
    } else out[i] = NaN;
  }
  return out;
}

/** Mean of the last `width` finite values. */
function runningMean(values, width) {
  const out = new Float64Array(values.length);
  const window = [];
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isFinite(values[i])) {
      window.push(values[i]);
      if (window.length > width) window.shift();
      out[i] = window.reduce((sum, value) => sum + value, 0) / window.length;
    } else out[i] = NaN;
  }
  return out;
}

/** Weighted mean with Gaussian weights, `sigma` in points, cut at 3 sigma. */
function gaussian(values, sigma) {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: reach + 1 }, (_, d) => Math.exp(-((d / sigma) ** 2) / 2));
  return Float64Array.from(values, (value, i) => {
    if (!Number.isFinite(value)) return NaN;
    let sum = 0;
    let total = 0;
    for (let j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j += 1) {
      if (!Number.isFinite(values[j])) continue;
      sum += values[j] * weights[Math.abs(i - j)];
      total += weights[Math.abs(i - j)];
    }
    return sum / total;
  });
}
