// A card with the curve of one metric of one run. It asks for points when it comes into view, and
// again when points were added or the reader zooms.

import { axisTitle, makeSpec } from "../lib/chart_spec.js";
import { element } from "../lib/element.js";
import { formatNumber } from "../lib/numbers.js";
import { LineChart } from "./charts/line_chart.js";
import { tell } from "./charts/linked_charts.js";
import { Tooltip } from "./charts/tooltip.js";
import { icon } from "./icons.js";
import { fetchPanel } from "./panels.js";
import { erasePlot, forgetSize } from "./plotly.js";

export class MetricCard {
  /** `page` holds run, number, series and points (data-* of the page). */
  constructor(name, page, state, onZoom, onHover) {
    this.name = name;
    this.page = page;
    this.spec = makeSpec({ y: [name] });
    this.adopt(state);
    this.build();
    this.tooltip = new Tooltip(this.element);
    const run = { id: page.run, name, hue: Number(page.hue), run: true };
    this.chart = new LineChart(this.plot, this.spec, {
      series: page.series,
      runs: () => [run],
      names: () => [name],
      onZoom,
      onHover,
      onPin: (place) => this.pin(place),
    });
    this.watch();
  }

  build() {
    this.note = element("span", { class: "card-note" });
    this.plot = element("div", { class: "plot", role: "img", "aria-label": this.name });
    this.foot = element("p", { class: "card-foot" });
    const head = element(
      "header",
      { class: "card-head" },
      element("h3", { title: this.name }, this.name),
      this.note,
      this.button("table-2", "View as table", () => this.table()),
      this.button("maximize-2", "Wider", () => this.widen()),
    );
    const settings = { class: "card metric-card", "aria-label": this.name };
    this.element = element("section", settings, head, this.plot, this.foot);
  }

  button(name, title, onclick) {
    const label = { title, "aria-label": `${title}: ${this.name}` };
    const settings = { class: "btn ghost tiny", type: "button", ...label, onclick };
    return element("button", settings, icon(name));
  }

  watch() {
    this.views = new IntersectionObserver(
      ([entry]) => {
        this.isSeen = entry.isIntersecting;
        if (this.isSeen && this.isStale !== false) this.show();
      },
      { rootMargin: "200px" },
    );
    this.views.observe(this.element);
  }

  adopt({ x, log, smooth }) {
    Object.assign(this.spec, {
      x,
      yScale: log ? "log" : "linear",
      smoothing: smooth ? "ema" : "none",
      amount: smooth,
    });
  }

  redraw(state) {
    this.adopt(state);
    this.stale();
  }

  /** The series has `n` points now. */
  grown(n) {
    if (n === this.n) return;
    this.n = n;
    this.stale(() => this.chart.refresh());
  }

  zoom(range) {
    this.chart.zoom(range, { linked: false });
  }

  stale(work) {
    this.isStale = true;
    if (this.isSeen) this.show(work);
  }

  async show(work = () => this.chart.show()) {
    this.isStale = false;
    try {
      await work();
      this.tell();
    } catch (error) {
      this.foot.textContent = error.message;
    }
  }

  /** The last value beside the title, and the one sentence for those who cannot see the chart. */
  tell() {
    const [curve] = this.chart.shown;
    if (!curve) return;
    const last = curve.y.at(-1);
    this.note.textContent = formatNumber(last, 5);
    this.note.title = `${last} · ${curve.total.toLocaleString("en-US")} points`;
    this.foot.textContent = this.chart.notes().join(" · ");
    const label = `${this.name} over ${axisTitle(this.spec.x).toLowerCase()}, ${curve.total} points, last value ${formatNumber(last, 5)}.`;
    this.plot.setAttribute("aria-label", label);
  }

  /** Show the values at `place`, {x, top} below the pointer, or where the linked charts have it. */
  point(place, isSource) {
    if (!place || !this.isSeen || !this.chart.shown.length) return this.tooltip.hide();
    return tell(this, place.x, isSource ? place.top : 40);
  }

  pin(place) {
    tell(this, place.x, place.top, { isPinned: true });
  }

  table() {
    fetchPanel(`${this.page.points}?${new URLSearchParams({ key: this.name })}`);
  }

  widen() {
    this.element.classList.toggle("wide-card");
  }

  destroy() {
    this.views.disconnect();
    forgetSize(this.plot);
    erasePlot(this.plot);
    this.element.remove();
  }
}
