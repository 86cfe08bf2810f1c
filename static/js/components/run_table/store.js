// What the run table shows: its state (the query string), the rows loaded so far, the selection.

import { joinList, readState, writeState } from "../../lib/url_state.js";
import { alsoLive } from "../live.js";

const PAGE_ROWS = 100;

/** State and rows of one run table; an EventTarget with `change` (rows) and `state` events. */
export class RunStore extends EventTarget {
  /** `address` answers JSON pages of rows; `fixed` is state the page itself decides. */
  constructor({ address, countAddress, fixed = {}, first = null, usesLocation = true }) {
    super();
    this.address = address;
    this.countAddress = countAddress;
    this.fixed = fixed;
    this.usesLocation = usesLocation;
    this.state = readState(usesLocation ? location.search : "");
    this.rows = [];
    this.columns = [];
    this.counts = {};
    this.selected = new Set();
    this.allMatching = false;
    this.generation = 0;
    this.error = first?.error ?? null;
    if (first) this.take(first, { append: false });
    if (usesLocation) addEventListener("popstate", () => this.restore());
    alsoLive(() => this.poll());
  }

  /** Change the state: `patch` values replace, `undefined` removes. Pushes a step of history. */
  set(patch, { replace = false } = {}) {
    Object.assign(this.state, patch);
    if (this.usesLocation) {
      const url = location.pathname + writeState(this.state);
      history[replace ? "replaceState" : "pushState"](null, "", url);
    }
    this.dispatchEvent(new CustomEvent("state", { detail: patch }));
    return this.reload();
  }

  /** Like `set`, for what rows do not depend on (charts, widths): nothing is fetched. */
  setQuietly(patch) {
    Object.assign(this.state, patch);
    if (this.usesLocation) {
      history.replaceState(null, "", location.pathname + writeState(this.state));
    }
    this.dispatchEvent(new CustomEvent("state", { detail: patch }));
  }

  restore() {
    const gone = Object.fromEntries(Object.keys(this.state).map((key) => [key, undefined]));
    this.state = readState(location.search);
    this.dispatchEvent(new CustomEvent("state", { detail: { ...gone, ...this.state } }));
    this.reload();
  }

  url(extra = {}) {
    return this.address + writeState({ ...this.state, ...this.fixed, ...extra });
  }

  async reload() {
    this.generation += 1;
    this.loading = null;
    const page = await this.fetchPage({ limit: PAGE_ROWS });
    if (page) this.take(page, { append: false });
  }

  /** Load the next page when the rows near the end come into view. */
  async loadMore(count = PAGE_ROWS) {
    if (!this.next || this.loading) return;
    const after = this.next;
    this.loading = after;
    const page = await this.fetchPage({
      ...this.sameColumns,
      after,
      limit: Math.max(count, PAGE_ROWS),
    });
    this.loading = null;
    if (page && this.next === after) this.take(page, { append: true });
  }

  /** Rows that join those on screen have the same columns, whichever these were chosen by. */
  get sameColumns() {
    return { cols: joinList(this.columns.map((column) => column.id)), diff: false };
  }

  async fetchPage(extra) {
    const generation = this.generation;
    this.dispatchEvent(new CustomEvent("busy", { detail: true }));
    try {
      const response = await fetch(this.url(extra), { headers: { Accept: "application/json" } });
      if (generation !== this.generation || response.status === 204) return null;
      const answer = await response.json();
      if (response.ok) {
        this.fail(null);
        return answer;
      }
      this.fail(answer);
    } catch (error) {
      if (generation === this.generation) this.fail({ message: `No answer: ${error.message}` });
    } finally {
      this.dispatchEvent(new CustomEvent("busy", { detail: false }));
    }
    return null;
  }

  /** An error leaves the last good rows on screen. */
  fail(error) {
    if (!error && !this.error) return;
    this.error = error;
    this.dispatchEvent(new CustomEvent("error", { detail: error }));
  }

  take(page, { append }) {
    this.rows = append ? this.rows.concat(page.rows) : page.rows;
    this.next = page.next;
    if (!append) {
      this.columns = page.columns;
      this.stamp = page.stamp;
      this.count();
    }
    this.indexById = new Map(this.rows.map((row, index) => [row.id, index]));
    this.dispatchEvent(new CustomEvent("change", { detail: { append } }));
  }

  /** Counting a long list takes longer than its first page: the numbers follow the rows. */
  async count() {
    if (this.error) return;
    const { generation } = this;
    const address = this.countAddress + writeState({ ...this.state, ...this.fixed });
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (!response.ok || generation !== this.generation) return;
    this.counts = await response.json();
    this.dispatchEvent(new CustomEvent("counted"));
  }

  // -- children and members -----------------------------------------------------------------------

  /** Load what is inside row `index` (children of a run, members of a group) and show it below. */
  async openRow(index) {
    const row = this.rows[index];
    const extra = { ...this.sameColumns, inside: row.inside, limit: 5 * PAGE_ROWS };
    const page = await this.fetchPage(row.run ? extra : { ...extra, group: undefined });
    if (!page || this.rows[index] !== row) return;
    const inner = page.rows.map((one) => ({ ...one, depth: row.depth + 1, outer: row.id }));
    this.rows = this.rows.toSpliced(index, 1, { ...row, open: true }, ...inner);
    this.changed();
  }

  closeRow(index) {
    const row = this.rows[index];
    let end = index + 1;
    while (end < this.rows.length && this.rows[end].depth > row.depth) end += 1;
    this.rows = this.rows.toSpliced(index, end - index, { ...row, open: false });
    this.changed();
  }

  changed() {
    this.indexById = new Map(this.rows.map((row, index) => [row.id, index]));
    this.dispatchEvent(new CustomEvent("change", { detail: { append: false } }));
  }

  // -- live ---------------------------------------------------------------------------------------

  /** Ask for the first rows again; 204 means nothing on screen has changed. */
  async poll() {
    if (this.loading || this.error || !this.stamp) return;
    const generation = this.generation;
    const limit = Math.max(PAGE_ROWS, Math.min(this.rows.length, 5 * PAGE_ROWS));
    const response = await fetch(this.url({ since: this.stamp, limit }), {
      headers: { Accept: "application/json" },
    });
    if (generation !== this.generation || response.status !== 200) return;
    this.merge(await response.json());
  }

  /** Fresh rows replace the old ones; open rows keep what is inside them. */
  merge(page) {
    const inside = Map.groupBy(
      this.rows.filter((row) => row.outer),
      (row) => row.outer,
    );
    const withInside = (row) =>
      inside.has(row.id)
        ? [{ ...row, open: true }, ...inside.get(row.id).flatMap(withInside)]
        : [row];
    const fresh = new Set(page.rows.map((row) => row.id));
    const outermost = this.rows.filter((row) => !row.outer);
    const beyond = outermost.slice(page.rows.length).filter((row) => !fresh.has(row.id));
    const rows = [...page.rows, ...beyond].flatMap(withInside);
    this.take({ ...page, rows, next: beyond.length ? this.next : page.next }, { append: false });
  }

  // -- selection ----------------------------------------------------------------------------------

  toggle(id, on = !this.selected.has(id)) {
    this.allMatching = false;
    if (on) this.selected.add(id);
    else this.selected.delete(id);
    this.dispatchEvent(new CustomEvent("selection"));
  }

  toggleRange(fromIndex, toIndex) {
    const [low, high] = fromIndex < toIndex ? [fromIndex, toIndex] : [toIndex, fromIndex];
    for (const row of this.rows.slice(low, high + 1)) if (row.run) this.selected.add(row.id);
    this.dispatchEvent(new CustomEvent("selection"));
  }

  selectLoaded(on) {
    this.allMatching = false;
    if (on) this.rows.filter((row) => row.run).forEach((row) => this.selected.add(row.id));
    else this.selected.clear();
    this.dispatchEvent(new CustomEvent("selection"));
  }

  selectAllMatching() {
    this.selectLoaded(true);
    this.allMatching = true;
    this.dispatchEvent(new CustomEvent("selection"));
  }
}
