// A run has the same colour in its row and in every chart: eight hues, then dashes.

const HUES = 8;
const DASHES = ["solid", "dash", "dot", "dashdot"];

/** The colour token of a run or group: `series.number` picks one of eight of the style sheet. */
export function tokenOf(series) {
  return `--s${(positive(series.number) % HUES) + 1}`;
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

function positive(number) {
  return Math.max(0, number - 1 || 0);
}
