// What the run table shows: its state (the query string), the rows loaded so far, the selection.

import { layOut } from "../../lib/run_tree.js";
import { joinList, readState, writeState } from "../../lib/url_state.js";
import { alsoLive } from "../live.js";
import { fetchJson } from "../requests.js";
import { Selection } from "./selection.js";

const PAGE_ROWS = 100;
const MOST_AT_ONCE = 500;

/**
 * State and rows of one run table. Events: `state` (detail: what changed), `change` (rows),
 * `counted`, `selection`, `busy`, `error` (what is wrong with the address), `answers` (whether the
 * studio answers).
 */
export class RunStore extends EventTarget {
  /** `address` answers JSON pages of rows; `fixed` is state the page itself decides, `usual` what
   * holds where the state says nothing. */
  constructor({ address, countAddress, fixed = {}, usual = {}, first = null }) {
    super();
    Object.assign(this, { address, countAddress, fixed, usual });
    this.state = readState(location.search);
    Object.assign(this, { found: [], rows: [], columns: [], counts: {}, generation: 0 });
    this.above = new Map();
    this.inside = new Map();
    this.opened = new Map();
    this.selection = new Selection(this);
    this.error = first?.error ?? null;
    this.answers = true;
    if (first) this.take(first);
    addEventListener("popstate", () => this.restore());
    addEventListener("online", () => this.answers || this.reload());
    alsoLive(() => this.poll());
  }

  /** Change the state: `patch` values replace, `undefined` removes. Pushes a step of history. */
  set(patch, { replace = false } = {}) {
    this.put(patch, replace ? "replaceState" : "pushState");
    return this.reload();
  }

  /** Like `set`, for what rows do not depend on (charts, widths): nothing is fetched. */
  setQuietly(patch) {
    this.put(patch, "replaceState");
  }

  put(patch, how) {
    Object.assign(this.state, patch);
    history[how](null, "", location.pathname + writeState(this.state));
    this.tell("state", patch);
  }

  restore() {
    const gone = Object.fromEntries(Object.keys(this.state).map((key) => [key, undefined]));
    this.state = readState(location.search);
    this.tell("state", { ...gone, ...this.state });
    this.reload();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** What holds: of the page, of the reader, else as usual. */
  get asked() {
    return { ...this.usual, ...this.state, ...this.fixed };
  }

  url(extra = {}) {
    const { sel, ...asked } = { ...this.asked, ...extra };
    return this.address + writeState(asked);
  }

  /** The ids of the selected runs; of all that match, those that are loaded. */
  get selected() {
    return this.selection.isAll ? new Set(this.selection.runsOnScreen) : this.selection.ids;
  }

  // -- rows ---------------------------------------------------------------------------------------

  async reload() {
    this.generation += 1;
    this.loading = null;
    const page = await this.fetchPage({ limit: PAGE_ROWS });
    if (!page) return;
    await this.reopen(page.rows, { cols: joinList(page.columns.map((column) => column.id)) });
    this.take(page);
  }

  /** Load the next page when the rows near the end come into view. */
  async loadMore(count = PAGE_ROWS) {
    if (!this.next || this.loading || !this.answers) return;
    const after = this.next;
    this.loading = after;
    const limit = Math.max(count, PAGE_ROWS);
    const page = await this.fetchPage({ ...this.sameColumns, after, limit });
    this.loading = null;
    if (page && this.next === after) this.append(page);
  }

  /** Rows that join those on screen have the same columns, whichever these were chosen by. */
  get sameColumns() {
    return { cols: joinList(this.columns.map((column) => column.id)), diff: false };
  }

  /** A page of rows; null when nothing is new, or when it could not be had: the rows on screen
   * stay then, and the page says what went wrong. */
  async fetchPage(extra) {
    const { generation } = this;
    this.tell("busy", true);
    try {
      const page = await fetchJson(this.url(extra));
      if (generation !== this.generation) return null;
      this.fail(null);
      return page;
    } catch (error) {
      if (generation === this.generation) this.fail(error);
      return null;
    } finally {
      this.tell("busy", false);
    }
  }

  /** Tell what is wrong with the address, or that the studio does not answer. */
  fail(error) {
    const isRefused = error?.status >= 400 && error.status < 500;
    const before = this.error;
    this.error = isRefused ? (error.body ?? { message: error.message }) : null;
    if (this.error || before) this.tell("error", this.error);
    const answers = !error || isRefused;
    if (answers === this.answers) return;
    this.answers = answers;
    this.tell("answers", answers);
  }

  /** Show the first page of rows in the place of all others. */
  take(page) {
    Object.assign(this, { found: page.rows, columns: page.columns, stamp: page.stamp });
    this.next = page.next;
    this.above = byId(page.above);
    this.isTree = page.children;
    this.keepColumns(page);
    this.taken = { ...this.asked };
    this.count();
    this.changed();
  }

  /** The columns that the studio has chosen stay for as long as the page is open. */
  keepColumns({ columns, rows }) {
    const { cols, group, diff } = this.asked;
    if (cols || group || diff || !rows.length) return;
    this.usual = { ...this.usual, cols: joinList(columns.map((column) => column.id)) };
  }

  append(page) {
    const known = new Set(this.found.map((row) => row.id));
    this.found = this.found.concat(page.rows.filter((row) => !known.has(row.id)));
    this.next = page.next;
    for (const [id, row] of byId(page.above)) this.above.set(id, row);
    this.changed({ append: true });
  }

  changed(detail = { append: false }) {
    const { found, above, inside, opened } = this;
    this.rows = layOut({ found, above: [...above.values()], inside, opened });
    this.tell("change", detail);
  }

  /** Counting a long list takes longer than its first page: the numbers follow the rows. */
  async count() {
    if (this.error) return;
    const { generation } = this;
    const { sel, ...asked } = this.asked;
    const counts = await fetchJson(this.countAddress + writeState(asked)).catch(() => null);
    if (!counts || generation !== this.generation) return;
    this.counts = counts;
    this.tell("counted");
  }

  // -- children and members -----------------------------------------------------------------------

  /** Show what is inside a row (children of a run, members of a group) below it, or no longer. */
  async toggleRow(row) {
    const isInList = this.found.some((one) => one.parent === row.id);
    if (!row.open && !isInList && !(await this.loadInside(row))) return;
    this.opened.set(row.id, !row.open);
    this.changed();
  }

  async loadInside(row, extra = this.sameColumns) {
    const asked = { ...extra, diff: false, inside: row.inside, limit: MOST_AT_ONCE };
    const page = await this.fetchPage(row.run ? asked : { ...asked, group: undefined });
    if (page) this.inside.set(row.id, page.rows);
    return Boolean(page);
  }

  /** In another order or with other columns, open rows stay open. */
  async reopen(rows, columns) {
    const all = [...rows, ...[...this.inside.values()].flat()];
    const open = all.filter((row) => this.inside.has(row.id) && this.opened.get(row.id));
    this.inside = new Map();
    await Promise.all(open.map((row) => this.loadInside(row, columns)));
  }

  // -- live ---------------------------------------------------------------------------------------

  /** Ask for the first rows again; null means nothing on screen has changed. */
  async poll() {
    if (!this.answers) return this.tryAgain();
    if (this.loading || this.error || !this.stamp) return undefined;
    const { generation } = this;
    const limit = Math.max(PAGE_ROWS, Math.min(this.found.length, MOST_AT_ONCE));
    const page = await fetchJson(this.url({ since: this.stamp, limit }));
    if (page && generation === this.generation) this.merge(page);
    return undefined;
  }

  /** What was asked for in vain is asked for again. Throws when there is still no answer. */
  async tryAgain() {
    await this.reload();
    if (!this.answers) throw new Error("Studio is not responding.");
  }

  /** Fresh rows replace the old ones; rows beyond them stay, and so does what is inside. */
  merge(page) {
    const fresh = new Set(page.rows.map((row) => row.id));
    const later = page.next ? this.found.slice(page.rows.length) : [];
    const beyond = later.filter((row) => !fresh.has(row.id));
    const above = [...this.above.values(), ...(page.above ?? [])];
    const next = beyond.length ? this.next : page.next;
    this.take({ ...page, rows: [...page.rows, ...beyond], above, next });
  }
}

const byId = (rows = []) => new Map(rows.map((row) => [row.id, row]));
