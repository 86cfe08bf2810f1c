// The charts over a run table: cards that can be moved, shaped and removed, linked zoom and crosshair.
// The charts of a page are the text of `charts=` in its URL.

import { defaultCharts, makeSpec, readCharts, writeCharts } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { shownRuns } from "../../lib/series_colors.js";
import { writeState } from "../../lib/url_state.js";
import { onThemeChange } from "../colors.js";
import { copy } from "../copy.js";
import { alsoLive } from "../live.js";
import { fetchJson } from "../requests.js";
import { ChartCard } from "./card.js";
import { contextOf } from "./chart_context.js";
import { ChartGroups } from "./chart_groups.js";
import { ChartRuns } from "./chart_runs.js";
import { listenToDrag } from "./drag.js";
import { listenToGrips } from "./grips.js";
import { LinkedCharts } from "./linked_charts.js";
import { ChartSections } from "./sections.js";
import { startSplit } from "./split.js";

const UNREADABLE = "The charts in this link cannot be read. Showing the default charts.";
const GROUPABLE = new Set(["line", "box"]);
const SMOOTHED_ALIKE = new Set(["none", "ema"]);

/** All charts of a page. `store` is that of its run table: selection and rows drive the charts. */
export class ChartStrip {
  constructor(root, store, builder) {
    Object.assign(this, { root, store, builder, cards: [] });
    this.drawn = new ChartRuns(store);
    this.groups = new ChartGroups(store);
    this.linked = new LinkedCharts(this);
    this.rowsOfCards = new Map();
    this.names = JSON.parse(root.dataset.names || "[]");
    this.nameCount = Number(root.dataset.nameCount ?? this.names.length);
    this.namesOf = namesAsked(store);
    this.firstNames = JSON.parse(root.dataset.first || "[]");
    this.body = root.querySelector("[data-cards]");
    this.unreadable = element("p", { class: "muted", hidden: true, role: "status" }, UNREADABLE);
    root.prepend(this.unreadable);
    this.listen();
    this.load();
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
    listenToDrag(this);
    listenToGrips(this);
  }

  /** The cards that the URL names, and those of the open sections. */
  get allCards() {
    return [...this.cards, ...(this.sections?.cards ?? [])];
  }

  /** Make the cards that the URL names; without, or if it cannot be read, the usual ones. */
  load() {
    const { charts } = this.store.state;
    this.text = charts;
    const usual = () => defaultCharts(this.firstNames);
    const read = charts === undefined ? usual() : readCharts(charts);
    this.unreadable.hidden = Boolean(read);
    const specs = read ?? usual();
    this.cards.forEach((card) => this.destroy(card));
    this.cards = specs.map((spec) => new ChartCard(spec, this));
    this.body.replaceChildren(...this.cards.map((card) => card.element));
    this.root.classList.toggle("empty", !specs.length);
  }

  stateChanged(patch) {
    if ("charts" in patch && patch.charts !== this.text) this.load();
    if ("open" in patch) this.sections.load();
    if ("top" in patch) this.loadRuns();
    if ("hide" in patch) this.runsChanged();
    if ("group" in patch) this.allCards.forEach((card) => card.group());
    if ("smooth" in patch)
      this.allCards.forEach((card) => card.spec.type === "line" && card.redraw());
  }

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

  save() {
    this.text = writeCharts(this.cards.map((card) => card.spec));
    this.store.setQuietly({ charts: this.text });
    this.root.classList.toggle("empty", !this.cards.length);
  }

  /** What charts can draw is told anew when other runs are looked for. */
  async loadNames() {
    const asked = namesAsked(this.store);
    if (asked === this.namesOf || !this.root.dataset.moreNames) return;
    this.namesOf = asked;
    const found = await fetchJson(this.root.dataset.moreNames + asked).catch(() => null);
    if (!found || asked !== this.namesOf) return;
    this.names = found.names;
    this.nameCount = found.total;
    this.sections.build();
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
    this.timer = setTimeout(() => this.allCards.forEach((card) => card.reload()), 60);
  }

  /** Give each run that is drawn its colour, those of lines first; the table then has it too. */
  color() {
    const runs = [...this.drawn.of(), ...[...this.rowsOfCards.values()].flat()];
    if (shownRuns.show(runs)) this.store.dispatchEvent(new CustomEvent("colors"));
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

  // -- what menus do ------------------------------------------------------------------------------

  add() {
    this.builder.open(makeSpec(), (spec) => this.insert(spec, this.cards.length));
  }

  edit(card) {
    this.builder.open(card.spec, (spec) => this.replace(card, spec));
  }

  insert(spec, index) {
    const card = new ChartCard(spec, this);
    this.cards.splice(index, 0, card);
    this.body.insertBefore(card.element, this.body.children[index] ?? null);
    this.save();
    card.element.scrollIntoView({ block: "nearest" });
  }

  replace(card, spec) {
    const index = this.cards.indexOf(card);
    this.remove(card);
    this.insert(spec, index);
  }

  /** Copy a card of a section to the end of the strip. */
  pin(card) {
    this.insert({ ...card.spec }, this.cards.length);
  }

  duplicate(card) {
    this.insert({ ...card.spec }, this.cards.indexOf(card) + 1);
  }

  remove(card) {
    this.cards.splice(this.cards.indexOf(card), 1);
    this.destroy(card);
    this.save();
  }

  destroy(card) {
    this.rowsOfCards.delete(card);
    card.destroy();
  }

  shift(card, by) {
    const index = this.cards.indexOf(card);
    const target = Math.max(0, Math.min(this.cards.length - 1, index + by));
    this.cards.splice(index, 1);
    this.cards.splice(target, 0, card);
    this.body.replaceChildren(...this.cards.map(({ element }) => element));
    card.element.focus();
    this.save();
  }

  resize(card, size) {
    Object.assign(card.spec, size);
    card.setSize();
    this.save();
  }

  /** A link to this chart alone, over the same runs. */
  copyLink(card) {
    const state = { ...this.store.state, charts: writeCharts([card.spec]) };
    copy(location.origin + location.pathname + writeState(state));
  }
}

/** Which runs are looked for, as a query string. */
function namesAsked({ asked }) {
  const { q, exp, status, mine, children, archived, inside, runs } = asked;
  return writeState({ q, exp, status, mine, children, archived, inside, runs });
}
