// A run has the same colour in its row and in every chart: eight hues, then dashes.

const HUES = 8;
const DASHES = ["solid", "dash", "dot", "dashdot"];

/** The colour token of a run or group: `series.number` picks one of eight of the style sheet. */
export function tokenOf(series) {
  return `--s${(positive(series.number) % HUES) + 1}`;
}

/** Line dash that tells runs of one hue apart. */
export function dashOf(series) {
  return DASHES[Math.floor(positive(series.number) / HUES) % DASHES.length];
}

function positive(number) {
  return Math.max(0, number - 1 || 0);
}
