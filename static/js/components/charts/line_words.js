// What a line chart says beside its lines.

/** Why there is nothing to draw of `runs` runs; "" where there is something. */
export function whyEmpty(chart, runs) {
  if (chart.shown.some(({ plotted }) => plotted.some(Number.isFinite))) return "";
  if (!runs) return "No runs to draw.";
  if (chart.range) return "No points in this range.";
  if (!chart.shown.length) return "No data for these runs.";
  return `No numbers: ${notNumbers(chart)} NaN or infinite.`;
}

/** What the picture does not show. */
export function notesOf(chart) {
  const notes = [];
  if (chart.shown.some((curve) => curve.interpolated)) notes.push("steps differ: interpolated");
  if (chart.absent && chart.shown.length) notes.push(`${runWords(chart.absent)} without data`);
  const count = notNumbers(chart);
  if (count) notes.push(`${count} NaN or infinite`);
  return notes;
}

/** How many values are no finite numbers, in words. Of long curves only some values are here. */
function notNumbers({ drawn }) {
  const here = drawn.flatMap(({ y }) => Array.from(y));
  const n = here.filter((value) => !Number.isFinite(value)).length;
  const total = drawn.reduce((sum, curve) => sum + curve.total, 0);
  const words = `${n.toLocaleString("en-US")} ${n === 1 ? "value is" : "values are"}`;
  return n && `${total > here.length ? "at least " : ""}${words}`;
}

const runWords = (n) => `${n.toLocaleString("en-US")} ${n === 1 ? "run" : "runs"}`;
