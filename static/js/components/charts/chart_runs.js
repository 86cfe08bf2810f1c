// Which runs the charts of a page draw: the selected ones, else the first rows of its table.

import { splitList } from "../../lib/url_state.js";
import { fetchJson } from "../requests.js";

const FIRST_RUNS = 10;
const GROUPED_RUNS = 100;
const RUN_STEPS = [FIRST_RUNS, 50, 100, 200, 500];
/** Among so many first rows, charts look for runs that have data. */
const LOOKED_AT = 100;

/** The runs of all charts over one table, by its store. */
export class ChartRuns {
  constructor(store) {
    Object.assign(this, { store, members: [], brushed: null, isBrushing: false });
    this.mostRuns = RUN_STEPS.at(-1);
    this.store.addEventListener("selection", () => {
      if (!this.isBrushing) this.brushed = null;
    });
  }

  /** How many runs are drawn where none are selected: `top=` in the URL; all that are compared;
   * more where groups are drawn instead of them. */
  get limit() {
    const { state, fixed } = this.store;
    const usual = state.group ? GROUPED_RUNS : FIRST_RUNS;
    const asked = Number(state.top) || (fixed.runs ? this.mostRuns : usual);
    return Math.max(1, Math.min(asked, this.mostRuns));
  }

  /** The runs that `card` draws, hidden ones left out. A card in which somebody brushes keeps the
   * runs it has. */
  of(card = null) {
    if (card && this.brushed?.card === card) return this.brushed.runs;
    const { store } = this;
    const runs = store.state.group
      ? this.members
      : store.rows.filter((row) => row.run && !row.above);
    const chosen = store.selected.size ? runs.filter((row) => store.selected.has(row.id)) : runs;
    const most = store.selected.size ? this.mostRuns : this.limit;
    const hidden = this.hidden;
    return chosen.filter((row) => !hidden.has(row.id)).slice(0, most);
  }

  /** The first rows, among which a chart looks where some of its runs have no data: those that have
   * some are drawn. None where somebody has chosen the runs. */
  get further() {
    const { state, selected, fixed, rows } = this.store;
    if (state.group || selected.size || fixed.runs || this.brushed) return [];
    const hidden = this.hidden;
    const shown = rows.filter((row) => row.run && !row.above && !hidden.has(row.id));
    return shown.slice(0, Math.max(LOOKED_AT, this.limit));
  }

  /** The ids of the runs that the reader has taken out of the charts. */
  get hidden() {
    return new Set(splitList(this.store.state.hide));
  }

  /** Which runs a chart of `card` takes that draws one value of each: all of the table, or the ids
   * of those selected, or of those it had when somebody began to brush in it. */
  idsOfAll(card) {
    if (card && this.brushed?.card === card) return this.brushed.runs.map((run) => run.id);
    const { selection, selected } = this.store;
    return selected.size && !selection.isAll ? [...selected] : null;
  }

  names() {
    const ids = [...this.of(), ...this.further].map((run) => run.id);
    return `${this.store.state.group ?? ""} ${ids.join()}`;
  }

  shownOf() {
    const { selected, counts } = this.store;
    return { shown: this.of().length, total: selected.size || counts.matching || 0 };
  }

  showMore() {
    const top = RUN_STEPS.find((step) => step > this.limit) ?? this.mostRuns;
    this.store.setQuietly({ top });
  }

  /** See that there are as many rows as the charts draw, or the runs behind the groups. */
  async load() {
    const missing = this.limit - this.store.rows.length;
    if (this.store.state.group) await this.loadMembers();
    else if (missing > 0 && this.store.next) await this.store.loadMore(missing);
  }

  /** Without an answer the charts keep the runs they have; the table tells what went wrong. */
  async loadMembers() {
    const { store } = this;
    const asked = store.url({ group: undefined, cols: "run.name", limit: this.limit });
    const page = await fetchJson(asked).catch(() => null);
    if (!page) return;
    const known = [...page.rows, ...store.rows.filter((row) => row.run)];
    this.members = [...new Map(known.map((row) => [row.id, row])).values()];
  }

  /** Select the runs with these ids, for a brush in `card`; an empty brush selects none. */
  brush(ids, card) {
    const runs = card.chart.rows;
    this.brushed = ids.length ? { card, runs } : null;
    this.isBrushing = true;
    this.store.selection.set(ids);
    this.isBrushing = false;
  }
}
