// Which runs are compared, in which colours: as the legend of the page lists them.

import { DASHES } from "../../lib/series_colors.js";
import { colorOf } from "../colors.js";

/** The compared runs, [{id, name, color, dash}], in their order. */
export function readLegend() {
  const items = document.querySelectorAll("[data-legend] [data-run]");
  return [...items].map(({ dataset }) => ({
    id: dataset.run,
    name: dataset.name,
    color: colorOf(`--s${dataset.hue}`),
    dash: DASHES[Number(dataset.cut)],
  }));
}
