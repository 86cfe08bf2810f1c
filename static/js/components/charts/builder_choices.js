// What the lists of the panel Add chart offer.

import { AGGREGATES, SCALES, TYPES } from "../../lib/chart_spec.js";
import { SMOOTHINGS } from "../../lib/smoothing.js";
import { BANDS } from "../../lib/statistics.js";

const titled = (name) => name[0].toUpperCase() + name.slice(1);
const named = (names) => Object.fromEntries(names.map((name) => [name, titled(name)]));
const labelled = Object.entries(SMOOTHINGS).map(([name, { label }]) => [name, label]);
const CHOICES = {
  type: TYPES,
  xScale: named(SCALES.slice(0, 2)),
  yScale: named(SCALES),
  smoothing: Object.fromEntries(labelled),
  band: BANDS,
  aggregate: { ...named(AGGREGATES), best: "At best" },
};

/** Fill the `<select>` elements of the form, given by their names. */
export function fillSelects(fields) {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const options = Object.entries(choices).map(([value, label]) => new Option(label, value));
    fields[name].replaceChildren(...options);
  }
}
