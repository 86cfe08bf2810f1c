// Zoom, crosshair and values, linked over the charts that share an x axis. The zoom is `zoom=` in
// the URL, as <x axis>:<low>,<high>.

import { axisTitle } from "../../lib/chart_spec.js";
import { formatNumber } from "../../lib/numbers.js";
import { duration } from "../../lib/times.js";
import { areaOf } from "../plotly.js";
import { isDate } from "./line_axes.js";

/** What the charts of a strip share. */
export class LinkedCharts {
  constructor(strip) {
    this.strip = strip;
    strip.store.addEventListener("state", ({ detail }) => {
      if ("zoom" in detail && detail.zoom !== this.text) this.restore();
    });
  }

  /** The range of x that the URL has for a chart of `spec`, or null. */
  rangeOf(spec) {
    const text = this.strip.store.state.zoom ?? "";
    const end = text.lastIndexOf(":");
    const range = text
      .slice(end + 1)
      .split(",")
      .map(Number);
    const isGood = range.length === 2 && range.every(Number.isFinite) && range[0] < range[1];
    return isGood && text.slice(0, end) === spec.x ? range : null;
  }

  zoom(range, source) {
    this.text = range
      ? `${source.spec.x}:${range.map((edge) => Number(edge.toPrecision(15))).join()}`
      : undefined;
    this.strip.store.setQuietly({ zoom: this.text });
    for (const chart of this.chartsLike(source))
      if (chart !== source) chart.zoom(range, { linked: false });
  }

  /** A step back in the history: show what the URL has. */
  restore() {
    for (const { chart } of this.strip.allCards) {
      chart?.zoom?.(this.rangeOf(chart.spec), { linked: false });
    }
  }

  chartsLike(source) {
    const charts = this.strip.allCards.map((card) => card.chart);
    return charts.filter((chart) => chart?.zoom && chart.spec.x === source.spec.x);
  }

  /** The crosshair stands in every chart, the values where the pointer is, and the nearest line
   * stands out. `place` is {x, top} in the chart, null beside it. */
  hover(place, source) {
    for (const card of this.strip.allCards) {
      const { chart, tooltip } = card;
      if (!chart?.valuesAt || chart.spec.x !== source.spec.x) continue;
      if (!place) tooltip.hide();
      else tell(card, place.x, chart === source ? place.top : null);
    }
    const nearest = place && source.valuesAt(place.x, place.top).values[0];
    this.strip.light(nearest?.curve.run ?? null);
  }

  /** Keep the values at `place` in sight. */
  pin(place, source) {
    const card = this.strip.allCards.find(({ chart }) => chart === source);
    if (card) tell(card, place.x, place.top, { isPinned: true });
  }
}

/** Show the crosshair of `card` at x and, with a `top`, the values there. */
export function tell(card, x, top, { isPinned = false } = {}) {
  const { chart, plot, tooltip } = card;
  const area = areaOf(plot);
  if (!area) return;
  const { offsetLeft, offsetTop } = plot;
  const at = chart.valuesAt(x, top);
  const left = offsetLeft + at.left;
  tooltip.cross({ left, top: offsetTop + area.top, height: area.height });
  if (top === null) return;
  const show = isPinned ? "pin" : "show";
  tooltip[show](`${axisTitle(chart.spec.x)} ${wordsOf(x, chart.spec)}`, at.values, {
    left,
    top: offsetTop + top,
  });
}

function wordsOf(x, spec) {
  if (isDate(spec)) return new Date(x).toLocaleString();
  return spec.x === "time" ? duration(x * 1000) : formatNumber(x, 8);
}
