// The look that all charts share: a layout of Plotly's in the colours and the font of the page.

import { colorOf } from "./colors.js";

// As much as the ticks and the title of an x axis take: where Plotly finds that they need more than
// there is, it draws the whole chart a second time.
const BELOW = 39;
const BELOW_WITHOUT_TITLE = 20;

/** Layout in the colours of the page; `overrides` are laid over it. */
export function layoutOf(overrides) {
  const style = getComputedStyle(document.body);
  const line = colorOf("--line");
  const small = { size: 11, color: colorOf("--text-2") };
  const axis = {
    gridcolor: line,
    linecolor: line,
    zeroline: false,
    tickfont: small,
    title: { font: small, standoff: 6 },
    automargin: true,
    exponentformat: "SI",
    minexponent: 4,
  };
  const base = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.fontFamily, size: 12, color: style.color },
    margin: { l: 44, r: 12, t: 8, b: overrides.xaxis?.title ? BELOW : BELOW_WITHOUT_TITLE },
    showlegend: false,
    hovermode: "closest",
    dragmode: "zoom",
    uirevision: "kept",
    xaxis: { ...axis, showgrid: false, showspikes: false },
    yaxis: axis,
    yaxis2: { ...axis, overlaying: "y", side: "right", showgrid: false },
  };
  for (const [name, value] of Object.entries(overrides)) base[name] = merge(base[name], value);
  if (!overrides.yaxis2) delete base.yaxis2;
  return base;
}

/** `over` laid over `base`, inside plain objects too. */
function merge(base, over) {
  const isPlain = (value) => value && typeof value === "object" && !Array.isArray(value);
  if (!isPlain(base) || !isPlain(over)) return over === undefined ? base : over;
  const merged = { ...base };
  for (const [name, value] of Object.entries(over)) merged[name] = merge(base[name], value);
  return merged;
}
