// One chart on the page: title, what it left out, menu, full screen, table of its values.

import { axisTitle, titleOf } from "../../lib/chart_spec.js";
import { formatNumber } from "../../lib/numbers.js";
import { SMOOTHINGS } from "../../lib/smoothing.js";
import { splitList } from "../../lib/url_state.js";
import { icon } from "../icons.js";
import { openMenu } from "../menu.js";
import { savePicture, saveTable } from "./downloads.js";
import { makeChart } from "./kinds.js";
import { Tooltip } from "./tooltip.js";

/**
 * A card of the strip, or of a section of metrics: that one cannot be shaped, only copied to the
 * strip. It draws when it comes into view, and not before.
 */
export class ChartCard {
  constructor(spec, strip, { inSection = false } = {}) {
    Object.assign(this, { spec, strip, inSection });
    this.element = document.createElement("section");
    this.element.className = "card";
    this.element.tabIndex = 0;
    this.element.draggable = false;
    this.build();
    this.tooltip = new Tooltip(this.element);
    this.observer = new IntersectionObserver(([entry]) => entry.isIntersecting && this.show());
    this.observer.observe(this.plot);
    this.resizes = new ResizeObserver(() => this.resized());
    this.resizes.observe(this.plot);
  }

  build() {
    const { spec } = this;
    this.element.setAttribute("aria-label", titleOf(spec));
    this.element.style.setProperty("--span", spec.width);
    this.element.style.setProperty("--tall", spec.height);
    this.title = make("h3", titleOf(spec));
    this.title.draggable = !this.inSection;
    this.note = make("span", describe(this.strip.specOf(spec)), "card-note");
    this.menu = make("button", "", "btn ghost tiny");
    this.menu.type = "button";
    this.menu.setAttribute("aria-label", `Menu of ${titleOf(spec)}`);
    this.menu.append(icon("ellipsis"));
    this.menu.addEventListener("click", () => openMenu(this.menu, this.menuItems()));
    const head = make("header", "", "card-head");
    head.append(this.title, this.note, this.menu);
    this.plot = make("div", "", "plot");
    this.plot.setAttribute("role", "img");
    this.foot = make("p", "", "card-foot");
    this.grip = make("span", "", "card-grip");
    this.element.replaceChildren(head, this.plot, this.foot, this.grip);
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  async show() {
    if (this.shown) return;
    this.shown = true;
    await this.strip.ready;
    this.chart = makeChart(this.plot, this.strip.specOf(this.spec), this.strip.contextOf(this));
    await this.tell(() => this.chart.show());
  }

  /** The runs, the selection or the colours have changed. */
  async redraw() {
    if (this.chart) await this.tell(() => this.chart.show());
  }

  /** The table is grouped otherwise: its rows, which follow, make the chart draw. */
  group() {
    const spec = this.strip.specOf(this.spec);
    this.note.textContent = describe(spec);
    if (this.chart) this.chart.spec = spec;
  }

  async refresh() {
    if (this.chart && this.isVisible) await this.tell(() => this.chart.refresh());
  }

  async tell(work) {
    this.element.classList.add("busy");
    try {
      await work();
      this.explain();
    } catch (error) {
      this.foot.textContent = error.message;
    }
    this.element.classList.remove("busy");
  }

  get isVisible() {
    const box = this.element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  }

  resized() {
    if (!this.chart || !window.Plotly || !this.plot.clientWidth) return;
    clearTimeout(this.resizeTimer);
    this.resizeTimer = setTimeout(() => this.chart.show(), 80);
  }

  /** What the chart left out, and its one sentence for those who cannot see it. */
  explain() {
    const { shown, total } = this.strip.drawn.shownOf();
    const parts = [];
    if (shown < total) parts.push(`${shown} of ${total.toLocaleString("en-US")} runs`);
    if (this.chart.interpolated) parts.push("steps differ: interpolated");
    this.foot.replaceChildren(parts.join(" · "));
    if (shown < total && shown < this.strip.drawn.mostRuns)
      this.foot.append(" ", this.moreButton());
    this.plot.setAttribute("aria-label", this.sentence());
  }

  moreButton() {
    const more = make("button", "show more", "link");
    more.type = "button";
    more.addEventListener("click", () => this.strip.drawn.showMore());
    return more;
  }

  sentence() {
    const rows = this.values();
    const title = `${this.element.getAttribute("aria-label")}, ${this.spec.type} chart`;
    if (!rows.length) return `${title}: no values.`;
    const finite = rows.filter((row) => Number.isFinite(row.last));
    if (!finite.length) return `${title} of ${rows.length} series.`;
    const [low, high] = [finite.reduce(lower), finite.reduce(higher)];
    return (
      `${title} of ${rows.length} series. Lowest at the end: ${low.name}, ${formatNumber(low.last)}; ` +
      `highest: ${high.name}, ${formatNumber(high.last)}.`
    );
  }

  /** One line per series: name, points, last, lowest and highest value drawn. */
  values() {
    if (this.spec.type !== "line") {
      return (this.chart?.rows ?? []).map((row) => ({
        name: row.name,
        last: Number(Object.values(row.values).find((value) => Number.isFinite(Number(value)))),
      }));
    }
    const shown = this.chart?.shown ?? [];
    const isOne = new Set(shown.map((curve) => curve.key)).size < 2;
    return shown.map((curve) => ({
      name: isOne ? curve.label : `${curve.label} · ${curve.key}`,
      points: curve.total,
      last: curve.y.findLast(Number.isFinite) ?? NaN,
      min: least(curve.y),
      max: -least(curve.y.map((value) => -value)),
    }));
  }

  // -- menu and keys ------------------------------------------------------------------------------

  menuItems() {
    const { strip } = this;
    const own = { label: "Edit", run: () => strip.edit(this) };
    const copied = { label: "Pin to the top", run: () => strip.pin(this) };
    return [
      this.inSection ? copied : own,
      { label: this.isFull ? "Leave full screen" : "Full screen", run: () => this.toggleFull() },
      { label: "Reset zoom", run: () => this.chart?.zoom?.(null) },
      { label: "View as table", run: () => this.toggleTable() },
      { separator: true },
      { label: "Save as PNG", run: () => savePicture(this, "png") },
      { label: "Save as SVG", run: () => savePicture(this, "svg") },
      { label: "Save as CSV", run: () => saveTable(this) },
      { label: "Copy link", run: () => strip.copyLink(this) },
      ...(this.inSection ? [] : this.shapingItems()),
    ];
  }

  shapingItems() {
    const { strip } = this;
    return [
      { separator: true },
      { label: "Move left", run: () => strip.shift(this, -1) },
      { label: "Move right", run: () => strip.shift(this, 1) },
      { label: "Wider", run: () => strip.resize(this, { width: (this.spec.width % 3) + 1 }) },
      { label: "Taller", run: () => strip.resize(this, { height: (this.spec.height % 3) + 1 }) },
      { label: "Duplicate", run: () => strip.duplicate(this) },
      { label: "Remove", run: () => strip.remove(this) },
    ];
  }

  key(event) {
    if (event.target !== this.element) return;
    const actions = {
      Enter: () => this.toggleFull(),
      Escape: () => this.isFull && this.toggleFull(),
      Delete: () => this.inSection || this.strip.remove(this),
      e: () => (this.inSection ? this.strip.pin(this) : this.strip.edit(this)),
      m: () => openMenu(this.menu, this.menuItems()),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  get isFull() {
    return this.element.classList.contains("full");
  }

  toggleFull() {
    this.element.classList.toggle("full");
    document.body.classList.toggle("has-full-card", this.isFull);
    this.element.focus();
  }

  toggleTable() {
    if (this.table) {
      this.table.remove();
      this.table = null;
      return;
    }
    this.table = make("div", "", "card-table table");
    this.table.append(drawTable(this.values()));
    this.plot.after(this.table);
  }

  destroy() {
    this.observer.disconnect();
    this.resizes.disconnect();
    if (window.Plotly) window.Plotly.purge(this.plot);
    this.element.remove();
  }
}

const lower = (a, b) => (b.last < a.last ? b : a);
const higher = (a, b) => (b.last > a.last ? b : a);

function least(values) {
  let low = Infinity;
  for (const value of values) if (value < low) low = value;
  return low;
}

function describe(spec) {
  if (spec.type !== "line") return spec.aggregate === "last" ? "" : spec.aggregate;
  const parts = [axisTitle(spec.x)];
  if (spec.smoothing !== "none") parts.push(`${SMOOTHINGS[spec.smoothing].label} ${spec.amount}`);
  if (spec.group) parts.push(`by ${splitList(spec.group).map(axisTitle).join(", ")}`);
  return parts.join(" · ");
}

function drawTable(rows) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  head.append(make("th", "Series"));
  for (const name of ["Points", "Last", "Lowest", "Highest"]) head.append(make("th", name, "num"));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    line.append(make("th", row.name));
    for (const key of ["points", "last", "min", "max"]) {
      line.append(make("td", Number.isFinite(row[key]) ? formatNumber(row[key]) : "—", "num"));
    }
  }
  return table;
}

function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}
