// Which columns a run table shows: their order, the values of metrics, pins and widths, all of it
// kept in the state of the store.

import { canonical, withAggregate } from "../../lib/metric_ids.js";
import { joinList, splitList } from "../../lib/url_state.js";

/** The word for a value of a metric. */
export const aggregateWord = (aggregate) => (aggregate === "best" ? "at best" : aggregate);

/** The chosen columns of one RunStore. */
export class Columns {
  constructor(store) {
    this.store = store;
    this.widths = new Map(this.readWidths());
  }

  /** The columns on screen, as the server describes them. */
  get shown() {
    return this.store.columns;
  }

  /** The ids of the chosen columns: also of those that are on their way, or left out as alike. */
  get ids() {
    const { cols } = this.store.state;
    return cols ? splitList(cols).map(canonical) : this.shown.map((column) => column.id);
  }

  find(id) {
    return this.shown.find((column) => column.id === id);
  }

  /** Show these columns; `others` of the state change in the same step. */
  set(ids, others = {}) {
    return this.store.set({ cols: joinList([...new Set(ids)]), ...others });
  }

  /** Add columns: one of a metric beside the other values of it, all else at the end. The first of
   * them comes into view. */
  add(added, others = {}) {
    const ids = [...this.ids];
    const fresh = added.filter((id) => !ids.includes(id));
    for (const id of fresh) {
      const stem = withAggregate(id, "last");
      const beside = ids.findLastIndex((one) => withAggregate(one, "last") === stem);
      ids.splice(beside < 0 ? ids.length : beside + 1, 0, id);
    }
    this.store.awaited = fresh[0] ?? added[0];
    return this.set(ids, others);
  }

  hide({ id }) {
    return this.set(this.ids.filter((one) => one !== id));
  }

  /** Put the column `id` before the column `before`, at the end for null. */
  move(id, before) {
    const ids = this.ids.filter((one) => one !== id);
    ids.splice(before === null ? ids.length : ids.indexOf(before), 0, id);
    return this.set(ids);
  }

  setAggregate({ id }, aggregate) {
    const changed = withAggregate(id, aggregate);
    return this.set(this.ids.map((one) => (one === id ? changed : one)));
  }

  /** Pinned columns stand first and do not scroll. */
  pin(column) {
    const pinned = this.shown.filter((one) => one.pinned).map(({ id }) => id);
    const next = column.pinned ? pinned.filter((id) => id !== column.id) : [...pinned, column.id];
    return this.store.set({ pin: joinList(next) });
  }

  reset() {
    this.widths.clear();
    return this.store.set({ cols: undefined, widths: undefined, pin: undefined });
  }

  /** Widths travel in the URL with the columns, as `widths=<column>*<px>,…`. */
  keepWidths() {
    const items = [...this.widths].map(([id, width]) => `${id}*${Math.round(width)}`);
    this.store.setQuietly({ widths: joinList(items) });
  }

  readWidths() {
    return splitList(this.store.state.widths).map((item) => {
      const star = item.lastIndexOf("*");
      return [canonical(item.slice(0, star)), Number(item.slice(star + 1))];
    });
  }
}
