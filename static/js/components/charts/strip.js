// The charts over a run table: cards that can be moved, shaped and removed, linked zoom and crosshair. The charts of a page are the text of `charts=` in its URL.

import {
  axisTitle,
  defaultCharts,
  makeSpec,
  readCharts,
  writeCharts,
} from "../../lib/chart_spec.js";
import { formatNumber } from "../../lib/numbers.js";
import { splitList, writeState } from "../../lib/url_state.js";
import { copy } from "../copy.js";
import { alsoLive } from "../live.js";
import { onThemeChange } from "../plotly.js";
import { fetchJson } from "../requests.js";
import { ChartCard } from "./card.js";
import { ChartRuns } from "./chart_runs.js";
import { listenToGrips } from "./grips.js";
import { ChartSections } from "./sections.js";

const GROUPABLE = new Set(["line", "box"]);

/** All charts of a page. `table` is its RunTable: selection and row colours drive the charts. */
export class ChartStrip {
  constructor(root, table, builder) {
    Object.assign(this, { root, table, builder, cards: [], groups: new Map() });
    this.drawn = new ChartRuns(table);
    this.names = JSON.parse(root.dataset.names || "[]");
    this.firstNames = JSON.parse(root.dataset.first || "[]");
    this.body = root.querySelector("[data-cards]");
    const { store } = table;
    store.addEventListener("change", () => this.loadRuns());
    store.addEventListener("selection", () => this.runsChanged());
    store.addEventListener("counted", () =>
      this.allCards.forEach((card) => card.chart && card.explain()),
    );
    store.addEventListener("state", (event) => this.stateChanged(event.detail));
    alsoLive(() => Promise.all(this.allCards.map((card) => card.refresh())));
    onThemeChange(() => this.allCards.forEach((card) => card.redraw()));
    this.listenToDrag();
    listenToGrips(this);
    this.load();
    this.ready = this.drawn.load().then(() => (this.namesDrawn = this.drawn.names()));
    this.sections = new ChartSections(root.querySelector("[data-sections]"), this);
  }

  /** Those that stand in the URL one by one, and those of the open sections. */
  get allCards() {
    return [...this.cards, ...(this.sections?.cards ?? [])];
  }

  /** Cards from the URL, or those a page has that nobody has shaped. */
  load() {
    const { charts } = this.table.store.state;
    this.text = charts;
    const specs = charts === undefined ? defaultCharts(this.firstNames) : readCharts(charts);
    this.cards.forEach((card) => card.destroy());
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
  }

  /** What a card draws: by the groups of the table where it has none of its own. */
  specOf(spec) {
    const { group } = this.table.store.state;
    return group && !spec.group && GROUPABLE.has(spec.type) ? { ...spec, group } : spec;
  }

  save() {
    this.text = writeCharts(this.cards.map((card) => card.spec));
    this.table.store.setQuietly({ charts: this.text });
    this.root.classList.toggle("empty", !this.cards.length);
  }

  // -- which runs ---------------------------------------------------------------------------------

  async loadRuns() {
    await this.drawn.load();
    this.runsChanged();
  }

  /** Draw anew what was drawn of other runs; before the first time there is nothing to. */
  runsChanged() {
    const names = this.drawn.names();
    if (this.namesDrawn === undefined || names === this.namesDrawn) return;
    this.namesDrawn = names;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.allCards.forEach((card) => card.redraw()), 60);
  }

  // -- what a chart asks --------------------------------------------------------------------------

  contextOf(card) {
    return {
      series: this.root.dataset.series,
      runs: () => this.drawn.of(card),
      names: () => this.names,
      values: (columns) => this.values(columns, this.drawn.of(card)),
      loadGroup: (field) => this.loadGroup(field),
      hueOf: (group, index) => this.hueOf(group, index),
      groupOf: (run, field) => this.groups.get(field)?.get(run.id) ?? null,
      onZoom: (range, chart) => this.zoomAll(range, chart),
      onHover: (x, top, chart) => this.hoverAll(x, top, chart),
      onBrush: (ids) => this.drawn.brush(ids, card),
      card,
    };
  }

  /** One value per run and column, read through the run table's own address. */
  async values(columns, runs = this.drawn.of()) {
    const { store } = this.table;
    if (!runs.length) return [];
    const query = {
      cols: columns.map((c) => c.replace(/[\\,]/g, "\\$&")).join(","),
      runs: runs.map((run) => run.id).join(","),
      limit: runs.length,
      goal: store.state.goal,
      children: true,
      all: true,
    };
    const page = await fetchJson(store.address + writeState({ ...query, ...store.fixed }));
    const index = new Map(page.columns.map((column, i) => [column.id, i]));
    return page.rows.map((row) => ({
      id: row.id,
      name: row.name,
      number: row.number,
      hue: row.hue,
      values: Object.fromEntries(
        columns.map((column) => [column, plain(row.cells[index.get(column)])]),
      ),
    }));
  }

  /** The values of the params, tags or fields by which runs are grouped. */
  async loadGroup(group) {
    const fields = splitList(group);
    const rows = await this.values(fields);
    const named = (row) => fields.map((field) => row.values[field] ?? "—").join(", ");
    this.groups.set(group, new Map(rows.map((row) => [row.id, named(row)])));
  }

  /** A group has the colour of its row, where the table has one. */
  hueOf(group, index) {
    const valuesOf = (row) =>
      JSON.parse(row.id)
        .map(([, value]) => value ?? "—")
        .join(", ");
    const row = this.table.store.rows.find((one) => !one.run && valuesOf(one) === group);
    return row?.hue ?? index;
  }

  /** Zoom is linked over the charts that share an x axis. */
  zoomAll(range, source) {
    for (const { chart, spec } of this.allCards) {
      if (chart && chart !== source && chart.zoom && spec.x === source.spec.x) {
        chart.zoom(range, { linked: false });
      }
    }
  }

  /** The crosshair stands in every chart, the values where the pointer is. */
  hoverAll(x, top, source) {
    for (const card of this.allCards) {
      if (!card.chart?.shown || card.spec.x !== source.spec.x) continue;
      if (x === null) card.tooltip.hide();
      else this.point(card, x, card.chart === source ? top : null);
    }
  }

  point(card, x, top) {
    const { xaxis: axis, yaxis } = card.plot._fullLayout ?? {};
    if (!axis) return;
    const { offsetLeft, offsetTop } = card.plot;
    const left = offsetLeft + axis._offset + axis.d2p(x);
    card.tooltip.cross({ left, top: offsetTop + yaxis._offset, height: yaxis._length });
    if (top === null) return;
    const at = axis.type === "date" ? new Date(x).toLocaleString() : formatNumber(x, 8);
    card.tooltip.show(x, `${axisTitle(card.spec.x)} ${at}`, card.chart.shown, {
      left,
      top: offsetTop + top,
    });
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
    card.destroy();
    this.save();
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
    card.element.style.setProperty("--span", card.spec.width);
    card.element.style.setProperty("--tall", card.spec.height);
    this.save();
  }

  /** A link to this chart alone, over the same runs. */
  copyLink(card) {
    const state = { ...this.table.store.state, charts: writeCharts([card.spec]) };
    copy(location.origin + location.pathname + writeState(state));
  }

  listenToDrag() {
    let dragged = null;
    this.body.addEventListener("dragstart", (event) => {
      dragged = this.cards.find((card) => card.element.contains(event.target));
    });
    this.body.addEventListener("dragover", (event) => dragged && event.preventDefault());
    this.body.addEventListener("drop", (event) => {
      event.preventDefault();
      const target = this.cards.find((card) => card.element.contains(event.target));
      if (dragged && target && target !== dragged) {
        this.shift(dragged, this.cards.indexOf(target) - this.cards.indexOf(dragged));
      }
      dragged = null;
    });
  }
}

/** A cell of the table as a plain value: the word of a status, the text of a link. */
function plain(cell) {
  if (cell === null || typeof cell !== "object") return cell;
  return cell.word ?? cell.text ?? null;
}
