// What a card says beside its picture: the note in its head, the foot, the table of its values, and
// the one sentence for those who cannot see it.

import { axisTitle } from "../../lib/chart_spec.js";
import { extentOf } from "../../lib/curves.js";
import { element } from "../../lib/element.js";
import { formatNumber } from "../../lib/numbers.js";
import { SMOOTHINGS } from "../../lib/smoothing.js";
import { splitList } from "../../lib/url_state.js";

/** What the head of a card says of its chart. */
export function noteOf(spec) {
  if (spec.type !== "line") return spec.aggregate === "last" ? "" : spec.aggregate;
  const parts = spec.x === "step" ? [] : [axisTitle(spec.x)];
  if (spec.smoothing !== "none") parts.push(`${SMOOTHINGS[spec.smoothing].label} ${spec.amount}`);
  if (spec.group) parts.push(`by ${splitList(spec.group).map(axisTitle).join(", ")}`);
  return parts.join(" · ");
}

/** Which of the runs of a page a chart draws, and whether there are more to draw; "" for all. */
export function wordsOfRuns({ further, runs }, drawn) {
  const { shown, total } = drawn.shownOf();
  const [n, all] = [runs.length, total.toLocaleString("en-US")];
  if (!further) return shown < total ? { words: `${shown} of ${all} runs`, isCut: true } : {};
  if (n >= shown) return { words: `${n} of ${all} runs, the first with data`, isCut: true };
  const looked = further.length < total ? `the first ${further.length}` : all;
  return { words: `${n} of ${looked} runs ${n === 1 ? "has" : "have"} data`, isCut: false };
}

/** One line per series: name, points, last, lowest and highest value drawn. */
export function valuesOf({ spec, chart }) {
  if (spec.type !== "line") return (chart?.rows ?? []).map(valueOfRow);
  return (chart?.shown ?? []).map((curve) => {
    const [min, max] = extentOf(curve.y) ?? [NaN, NaN];
    const last = curve.y.findLast(Number.isFinite) ?? NaN;
    return { name: curve.label, points: curve.total, last, min, max };
  });
}

const valueOfRow = ({ name, values }) => ({
  name,
  last: Number(Object.values(values).find((value) => Number.isFinite(Number(value)))),
});

/** The chart of `card`, titled `title`, in one sentence. */
export function sentenceOf(card, title) {
  const rows = valuesOf(card);
  const begin = `${title}, ${card.spec.type} chart`;
  if (!rows.length) return `${begin}: no values.`;
  const finite = rows.filter((row) => Number.isFinite(row.last));
  if (!finite.length) return `${begin} of ${rows.length} series.`;
  const low = finite.reduce((a, b) => (b.last < a.last ? b : a));
  const high = finite.reduce((a, b) => (b.last > a.last ? b : a));
  return (
    `${begin} of ${rows.length} series. Lowest at the end: ${low.name}, ` +
    `${formatNumber(low.last)}; highest: ${high.name}, ${formatNumber(high.last)}.`
  );
}

/** The values of `card` as a table. */
export function tableOf(card) {
  const heads = ["Points", "Last", "Lowest", "Highest"].map((name) => number("th", name));
  const keys = ["points", "last", "min", "max"];
  const lines = valuesOf(card).map((row) => {
    const cells = keys.map((key) =>
      number("td", Number.isFinite(row[key]) ? formatNumber(row[key]) : "—"),
    );
    return element("tr", {}, element("th", {}, row.name), ...cells);
  });
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, element("th", {}, "Series"), ...heads)),
    element("tbody", {}, ...lines),
  );
}

const number = (tag, text) => element(tag, { class: "num" }, text);
