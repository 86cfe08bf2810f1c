// One chart on the page: its bar, what it left out, legend, full screen, table of its values.

import { titleOf } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { openMenu } from "../menu.js";
import { erasePlot, forgetSize } from "../plotly.js";
import { CardBar } from "./card_bar.js";
import { menuItems } from "./card_menu.js";
import { sentenceOf, tableOf, wordsOfRuns } from "./card_words.js";
import { MOST_ROWS } from "./chart_values.js";
import { makeChart } from "./kinds.js";
import { Legend } from "./legend.js";
import { Tooltip } from "./tooltip.js";

/**
 * A card of the strip, or of a section of metrics: that one cannot be shaped, only copied to the
 * strip. It draws when it comes into view, and not before.
 */
export class ChartCard {
  constructor(spec, strip, { inSection = false } = {}) {
    Object.assign(this, { spec, strip, inSection });
    this.bar = new CardBar(this);
    this.plot = element("div", { class: "plot", role: "img", "aria-label": titleOf(spec) });
    this.legend = new Legend(this);
    this.foot = element("p", { class: "card-foot" });
    this.grip = element("span", { class: "card-grip" });
    this.element = element(
      "section",
      { class: "card", tabIndex: 0, "aria-label": titleOf(spec) },
      this.bar.element,
      this.plot,
      this.legend.element,
      this.foot,
      this.grip,
    );
    this.tooltip = new Tooltip(this.element);
    this.setSize();
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.views = new IntersectionObserver(([entry]) => entry.isIntersecting && this.show());
    this.views.observe(this.plot);
  }

  setSize() {
    this.element.style.setProperty("--span", this.spec.width);
    this.element.style.setProperty("--tall", this.spec.height);
  }

  async show() {
    if (this.shown) return;
    this.shown = true;
    await this.strip.ready;
    this.chart = makeChart(this.plot, this.strip.specOf(this.spec), this.strip.contextOf(this));
    await this.tell(() => this.chart.show());
  }

  /** The runs or the selection have changed. */
  async reload() {
    if (this.chart) await this.tell(() => this.chart.show());
  }

  /** The colours or the spec have changed, not what is asked for. */
  async redraw() {
    const spec = this.strip.specOf(this.spec);
    this.bar.show(spec);
    if (!this.chart) return;
    this.chart.spec = spec;
    await this.tell(() => this.chart.draw());
  }

  /** The table is grouped otherwise: its rows, which follow, make the chart draw. */
  group() {
    const spec = this.strip.specOf(this.spec);
    this.bar.show(spec);
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

  /** What the chart left out, with what shows it, and its sentence. */
  explain() {
    const { drawn } = this.strip;
    const parts = this.chart.takesAll ? this.explainCut(drawn) : this.explainRuns(drawn);
    const beyond = this.chart.beyond?.size;
    if (beyond) {
      const words = `${beyond} ${beyond === 1 ? "run" : "runs"} beyond the axis `;
      parts.push([words, link("show all", () => this.showBeyond())]);
    }
    const notes = [...parts, ...this.chart.notes().map((text) => [text])];
    this.foot.replaceChildren(...notes.flatMap((one, i) => (i ? [" · ", ...one] : one)));
    this.plot.setAttribute("aria-label", sentenceOf(this, titleOf(this.spec)));
    this.legend.show();
  }

  /** Charts of one value per run take all runs, up to a limit. */
  explainCut(drawn) {
    const { total } = drawn.shownOf();
    if (total <= MOST_ROWS) return [];
    const words = `the first ${MOST_ROWS.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} runs`;
    return [[words]];
  }

  explainRuns(drawn) {
    const { words, isCut } = wordsOfRuns(this.chart.source, drawn);
    const more = isCut && drawn.limit < drawn.mostRuns && link("show more", () => drawn.showMore());
    return words ? [[words, ...(more ? [" ", more] : [])]] : [];
  }

  showBeyond() {
    this.spec.clip = false;
    this.reshaped();
  }

  toggleLog() {
    this.spec.yScale = this.spec.yScale === "linear" ? "log" : "linear";
    this.reshaped();
  }

  reshaped() {
    if (!this.inSection) this.strip.list.save();
    this.redraw();
  }

  // -- keys, full screen and table ------------------------------------------------------------------------------

  key(event) {
    if (event.key === "Escape" && this.tooltip.isPinned) return this.tooltip.unpin();
    if (event.target !== this.element) return;
    const { list } = this.strip;
    const actions = {
      Enter: () => this.toggleFull(),
      Escape: () => this.isFull && this.toggleFull(),
      Delete: () => this.inSection || list.remove(this),
      e: () => (this.inSection ? list.pin(this) : list.edit(this)),
      m: () => openMenu(this.bar.menu, menuItems(this)),
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
    this.legend.show();
    this.element.focus();
  }

  toggleTable() {
    this.table?.remove();
    this.table = this.table ? null : element("div", { class: "card-table table" }, tableOf(this));
    if (this.table) this.plot.after(this.table);
  }

  destroy() {
    this.views.disconnect();
    forgetSize(this.plot);
    erasePlot(this.plot);
    this.element.remove();
  }
}

const link = (text, onclick) => element("button", { type: "button", class: "link", onclick }, text);
