// Which runs leave the range that the others share, such as one that diverged. Pure.

const LEAST_ITEMS = 3;
// A run is beyond when it reaches this many times further from the middle than most runs do, ...
const LEAST_RATIO = 5;
// ... and further than runs spread anyway: this many robust deviations, by powers of ten.
const DEVIATIONS = 5;
const SIGMA_OF_MAD = 1.4826;
// Values that differ by less than this share of their size count as equal.
const EQUAL_SHARE = 0.1;
// More than one run and more than this share of them are no outliers: the axis holds them.
const MOST_SHARE = 0.15;
// Outliers that the others do not suffer from are shown: the axis must become this much shorter.
const LEAST_GAIN = 4;
// Where the others are all equal, the one that differs is what people look for, unless it is this
// many times further away than they are from zero.
const LEAST_RATIO_OF_EQUAL = 100;

/**
 * `items` are {run, low, high}: what each run covers on the axis. Returns {range, beyond}: the
 * range of the others with a margin, and the set of runs that leave it; null where no run does.
 */
export function findOutliers(items) {
  if (items.length < LEAST_ITEMS) return null;
  const limit = limitOf(items);
  const isBeyond = (item) => reachOf(item, limit.middle) > limit.reach;
  const beyond = new Set(items.filter(isBeyond).map(({ run }) => run));
  if (!beyond.size || beyond.size > Math.max(1, items.length * MOST_SHARE)) return null;
  const [low, high] = rangeOf(items.filter((item) => !isBeyond(item)));
  const [lowest, highest] = rangeOf(items);
  const least =
    high > low ? LEAST_GAIN * (high - low) : LEAST_RATIO_OF_EQUAL * (Math.abs(low) || 1);
  if (highest - lowest < least) return null;
  const margin = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return { range: [low - margin, high + margin], beyond };
}

/** The middle of the runs, and how far from it a run may reach. Both are medians: what a few runs
 * do does not move them. */
function limitOf(items) {
  const middle = median(items.map(({ low, high }) => low / 2 + high / 2));
  const least = Math.abs(middle) * EQUAL_SHARE || Number.MIN_VALUE;
  const powers = items.map((item) => Math.log10(Math.max(reachOf(item, middle), least)));
  const usual = median(powers);
  const spread = SIGMA_OF_MAD * median(powers.map((power) => Math.abs(power - usual)));
  return { middle, reach: 10 ** (usual + Math.max(Math.log10(LEAST_RATIO), DEVIATIONS * spread)) };
}

const reachOf = ({ low, high }, middle) => Math.max(high - middle, middle - low);

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return sorted[Math.floor(half)] / 2 + sorted[Math.ceil(half)] / 2;
}

/** The outliers of several sets of items on one axis, such as two metrics: each set for itself. */
export function findOutliersOfEach(sets) {
  const found = sets.map(findOutliers);
  if (!found.some(Boolean)) return null;
  const ranges = sets.map((items, i) => found[i]?.range ?? rangeOf(items)).filter(Boolean);
  return {
    range: [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))],
    beyond: new Set(found.flatMap((one) => [...(one?.beyond ?? [])])),
  };
}

function rangeOf(items) {
  if (!items.length) return null;
  return [Math.min(...items.map(({ low }) => low)), Math.max(...items.map(({ high }) => high))];
}
