// What a chart of a strip asks its page for: runs, names, values, groups, and the linked charts.

import { readAllValues, readValues } from "./chart_values.js";

/** The context of the chart of `card`, or of a preview (null). */
export function contextOf(strip, card) {
  const { root, drawn, groups, linked } = strip;
  return {
    series: root.dataset.series,
    runs: () => drawn.of(card),
    further: () => drawn.further,
    onRuns: (runs) => card && strip.draws(card, runs),
    names: () => strip.names.known,
    values: (columns) => valuesFor(strip, card, columns),
    loadGroup: (field, runs = drawn.of(card)) => groups.load(field, runs),
    hueOf: (group, index) => groups.hueOf(group, index),
    groupOf: (run, field) => groups.of(run, field),
    range: (spec) => card && linked.rangeOf(spec),
    onZoom: (range, chart) => linked.zoom(range, chart),
    onHover: (place, chart) => linked.hover(place, chart),
    onPin: (place, chart) => linked.pin(place, chart),
    onBrush: (ids) => drawn.brush(ids, card),
  };
}

/** One value per column and run of the table, or of those selected. */
async function valuesFor(strip, card, columns) {
  const { drawn, store } = strip;
  const ids = drawn.idsOfAll(card);
  const { hidden } = drawn;
  const found = await (ids ? readValues(store, columns, ids) : readAllValues(store, columns));
  const rows = found.filter((row) => !hidden.has(row.id));
  if (card) strip.draws(card, rows);
  return rows;
}
