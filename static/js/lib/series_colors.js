// A run has the same colour in its row and in every chart: eight hues, then dashes.

const HUES = 8;
const DASHES = ["solid", "dash", "dot", "dashdot"];

/** The colour token of a run or group: its `hue`, a whole number, picks one of eight. */
export function tokenOf(series) {
  return `--s${(Math.max(0, series.hue || 0) % HUES) + 1}`;
}

/** Line dashes by id that tell those of `runs` apart that share a hue; the first is solid. */
export function dashesOf(runs) {
  const seen = new Map();
  return new Map(
    runs.map((run) => {
      const hue = tokenOf(run);
      const before = seen.get(hue) ?? 0;
      seen.set(hue, before + 1);
      return [run.id, DASHES[before % DASHES.length]];
    }),
  );
}
