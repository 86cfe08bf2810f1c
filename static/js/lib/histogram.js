// Bins of equal width, or of equal ratio on a logarithmic axis. Pure.

/** {low, width, counts} of finite `values` in `bins` bins; `low` and `width` are powers of ten where
 * `isLog`, and what is not above 0 is left out. Null where nothing is left. */
export function binsOf(values, { bins = 24, isLog = false } = {}) {
  const kept = values
    .filter((value) => Number.isFinite(value) && (!isLog || value > 0))
    .map((value) => (isLog ? Math.log10(value) : value));
  if (!kept.length) return null;
  const [low, high] = [Math.min(...kept), Math.max(...kept)];
  const width = (high - low) / bins || Math.abs(low) * 1e-3 || 1;
  const counts = Array(bins).fill(0);
  for (const value of kept) counts[Math.min(bins - 1, Math.floor((value - low) / width))] += 1;
  return { low, width, counts };
}

/** Where the bins of `binsOf` stand on the axis: {x, width}, their middles and widths. */
export function placesOf({ low, width, counts }, isLog = false) {
  const edges = [...counts, 0].map((_, i) => low + i * width);
  const ends = isLog ? edges.map((edge) => 10 ** edge) : edges;
  const pairs = counts.map((_, i) => [ends[i], ends[i + 1]]);
  return { x: pairs.map(([a, b]) => (a + b) / 2), width: pairs.map(([a, b]) => b - a) };
}
