// A piece of a line as a chart draws it, for legends and tooltips.

import { svgElement } from "../../lib/element.js";
import { STROKES } from "../../lib/series_colors.js";

/** A short line in the colour token and with the dash of a curve. */
export function swatch(token, dash) {
  const line = svgElement("line", { x1: 0, x2: 22, y1: 4, y2: 4 });
  line.style.stroke = `var(${token})`;
  line.style.strokeDasharray = STROKES[dash] ?? "";
  const settings = { viewBox: "0 0 22 8", class: "swatch", "aria-hidden": "true" };
  return svgElement("svg", settings, line);
}
