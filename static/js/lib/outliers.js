// Which runs leave the range that the others share, such as one that diverged. Pure.

const LEAST_ITEMS = 3;
// How many times the range of most items another one may lie beyond them.
const REACH = 30;
// More than one run and more than this share of them are no outliers: the axis holds them.
const MOST_SHARE = 0.1;

/**
 * `items` are {run, low, high}: what each run covers on the axis. Returns {range, beyond}: the
 * range of the others with a margin, and the set of runs that leave it; null where no run does.
 */
export function findOutliers(items) {
  if (items.length < LEAST_ITEMS) return null;
  const highs = items.map(({ high }) => high).sort(ascending);
  const lows = items.map(({ low }) => low).sort(ascending);
  const most = Math.floor((1 - MOST_SHARE) * (items.length - 1));
  const [top, bottom] = [highs[most], lows[items.length - 1 - most]];
  const reach = REACH * (top - bottom || Math.abs(top) || 1);
  const isBeyond = ({ low, high }) => high > top + reach || low < bottom - reach;
  const beyond = new Set(items.filter(isBeyond).map(({ run }) => run));
  if (!beyond.size || beyond.size > Math.max(1, items.length * MOST_SHARE)) return null;
  const kept = items.filter((item) => !isBeyond(item));
  if (!kept.length) return null;
  const low = Math.min(...kept.map((item) => item.low));
  const high = Math.max(...kept.map((item) => item.high));
  const margin = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return { range: [low - margin, high + margin], beyond };
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

const ascending = (a, b) => a - b;
