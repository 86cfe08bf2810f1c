// Metric names by their prefix, as `train/loss` and `train/lr` belong to `train/`. Pure.

export const OTHERS = "other metrics";

/** Names by prefix, as [prefix, names] in the order of prefixes; names without one come last. */
export function sectionsOf(names) {
  const sections = new Map();
  for (const name of names) {
    const end = name.indexOf("/") + 1;
    const prefix = end > 1 ? name.slice(0, end) : OTHERS;
    if (!sections.has(prefix)) sections.set(prefix, []);
    sections.get(prefix).push(name);
  }
  return [...sections].sort(([a], [b]) => (a === OTHERS) - (b === OTHERS) || (a < b ? -1 : 1));
}
