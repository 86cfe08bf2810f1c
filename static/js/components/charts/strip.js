// The charts over a run table: which runs they draw, in which colours, and when they draw anew.

import { shownRuns } from "../../lib/series_colors.js";
import { onThemeChange } from "../colors.js";
import { alsoLive } from "../live.js";
import { CardList } from "./card_list.js";
import { contextOf } from "./chart_context.js";
import { ChartGroups } from "./chart_groups.js";
import { ChartNames } from "./chart_names.js";
import { ChartRuns } from "./chart_runs.js";
import { LinkedCharts } from "./linked_charts.js";
import { ChartSections } from "./sections.js";
import { startSplit } from "./split.js";

const REDRAW_DELAY_MS = 60;
const GROUPABLE = new Set(["line", "box"]);
const SMOOTHED_ALIKE = new Set(["none", "ema"]);

/** All charts of a page. `store` is that of its run table: selection and rows drive the charts. */
export class ChartStrip {
  constructor(root, store, builder) {
    Object.assign(this, { root, store });
    this.drawn = new ChartRuns(store);
    this.groups = new ChartGroups(store);
    this.linked = new LinkedCharts(this);
    this.names = new ChartNames(root, store);
    this.rowsOfCards = new Map();
    this.list = new CardList(this, builder);
    this.listen();
    this.list.load();
    this.color();
    this.ready = this.drawn.load().then(() => {
      this.namesDrawn = this.drawn.names();
      this.color();
    });
    this.sections = new ChartSections(root.querySelector("[data-sections]"), this);
    startSplit(root);
  }

  listen() {
    const { store } = this;
    store.addEventListener("change", () => {
      this.loadNames();
      this.loadRuns();
    });
    store.addEventListener("selection", () => this.runsChanged());
    store.addEventListener("counted", () =>
      this.allCards.forEach((card) => card.chart && card.explain()),
    );
    store.addEventListener("state", (event) => this.stateChanged(event.detail));
    store.addEventListener("light", ({ detail }) => this.lightLines(detail));
    alsoLive(() => Promise.all(this.allCards.map((card) => card.refresh())));
    onThemeChange(() => this.allCards.forEach((card) => card.redraw()));
  }

  /** The cards that the URL names, and those of the open sections. */
  get allCards() {
    return [...this.list.cards, ...(this.sections?.cards ?? [])];
  }

  stateChanged(patch) {
    if ("charts" in patch) this.list.follow(patch);
    if ("open" in patch) this.sections.load();
    if ("top" in patch) this.loadRuns();
    if ("hide" in patch) this.runsChanged();
    if ("group" in patch) this.allCards.forEach((card) => card.group());
    if ("smooth" in patch)
      this.allCards.forEach((card) => card.spec.type === "line" && card.redraw());
  }

  destroy(card) {
    this.rowsOfCards.delete(card);
    card.destroy();
  }

  // -- what a card draws --------------------------------------------------------------------------

  /** What a card draws: by the groups of the table where it has none of its own, and as smooth as
   * all charts are. */
  specOf(spec) {
    const { group, smooth } = this.store.state;
    const own = group && !spec.group && GROUPABLE.has(spec.type) ? { ...spec, group } : spec;
    const amount = Math.min(0.99, Number(smooth));
    if (smooth === undefined || !(amount >= 0) || !SMOOTHED_ALIKE.has(own.smoothing)) return own;
    return { ...own, smoothing: amount ? "ema" : "none", amount };
  }

  /** Smooth the lines of all charts by `amount`, 0 to 0.99. */
  smoothAll(amount) {
    this.store.setQuietly({ smooth: String(amount) });
  }

  /** What the chart of `card`, or a preview (null), asks the page for. */
  contextOf(card) {
    return contextOf(this, card);
  }

  async loadNames() {
    if (await this.names.load()) this.sections.build();
  }

  // -- which runs ---------------------------------------------------------------------------------

  async loadRuns() {
    await this.drawn.load();
    this.runsChanged();
  }

  /** Draw the charts again if other runs are drawn now; nothing before the runs are first loaded. */
  runsChanged() {
    const names = this.drawn.names();
    if (this.namesDrawn === undefined || names === this.namesDrawn) return;
    this.namesDrawn = names;
    this.color();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.allCards.forEach((card) => card.reload()), REDRAW_DELAY_MS);
  }

  /** `card` draws `rows`; null: the first ones of the table. */
  draws(card, rows) {
    this.rowsOfCards.set(card, rows);
    this.color();
  }

  /** Give each run that is drawn its colour, those of lines first; the table then has it too. */
  color() {
    const cards = [...this.rowsOfCards.keys()];
    const lines = cards.filter(({ spec }) => spec.type === "line");
    const rowsOf = (card) => this.rowsOfCards.get(card) ?? [];
    const isFirst = !lines.length || lines.some((card) => !this.rowsOfCards.get(card));
    const drawn = [...(isFirst ? this.drawn.of() : []), ...[...lines, ...cards].flatMap(rowsOf)];
    const runs = [...new Map(drawn.map((run) => [run.id, run])).values()];
    // The first rows give their colours up where no chart draws them.
    const isAnew = this.isFirst && !isFirst;
    this.isFirst = isFirst;
    if (isAnew) shownRuns.show([]);
    if (shownRuns.show(runs)) this.store.dispatchEvent(new CustomEvent("colors"));
    if (isAnew) cards.forEach((card) => card.redraw());
  }

  /** Let the lines of one run stand out, in the charts and in the table; null: none. */
  light(run) {
    if (run === this.lit) return;
    this.store.dispatchEvent(new CustomEvent("light", { detail: run }));
  }

  lightLines(run) {
    this.lit = run;
    this.allCards.forEach((card) => card.chart?.light?.(run));
  }
}
