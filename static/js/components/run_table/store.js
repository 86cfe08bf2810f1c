// What the run table shows: its state (the query string), the rows loaded so far, the selection.

import { layOut } from "../../lib/run_tree.js";
import { joinList, readState, writeState } from "../../lib/url_state.js";
import { alsoLive } from "../live.js";
import { InsideRows } from "./inside_rows.js";
import { PageRequests } from "./page_requests.js";
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
    Object.assign(this, { found: [], rows: [], columns: [], counts: {} });
    this.above = new Map();
    this.requests = new PageRequests(this, first?.error);
    this.inside = new InsideRows(this);
    this.selection = new Selection(this);
    if (first) this.take(first);
    addEventListener("popstate", () => this.restore());
    addEventListener("online", () => this.requests.answers || this.reload());
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
    this.requests.renew();
    this.loading = null;
    const page = await this.fetchPage({ limit: PAGE_ROWS });
    if (!page) return;
    await this.inside.reopen(page.rows, {
      cols: joinList(page.columns.map((column) => column.id)),
    });
    this.take(page);
  }

  /** Load the next page when the rows near the end come into view. */
  async loadMore(count = PAGE_ROWS) {
    if (!this.next || this.loading || !this.requests.answers) return;
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

  fetchPage(extra) {
    return this.requests.fetchPage(this.url(extra));
  }

  /** Show the first page of rows in the place of all others. */
  take(page) {
    Object.assign(this, { found: page.rows, columns: page.columns, stamp: page.stamp });
    this.next = page.next;
    this.above = byId(page.above);
    this.isTree = page.children;
    this.isCut = page.is_cut;
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
    const { found } = this;
    const { rows: inside, left, opened } = this.inside;
    this.rows = layOut({ found, above: [...this.above.values()], inside, left, opened });
    this.tell("change", detail);
  }

  /** Counting a long list takes longer than its first page: the numbers follow the rows. */
  async count() {
    if (this.requests.error) return;
    const { sel, ...asked } = this.asked;
    const address = this.countAddress + writeState(asked);
    const counts = await this.requests.fetchQuietly(address).catch(() => null);
    if (!counts) return;
    this.counts = counts;
    this.tell("counted");
  }

  // -- live ---------------------------------------------------------------------------------------

  /** Ask for the first rows again; null means nothing on screen has changed. */
  async poll() {
    if (!this.requests.answers) return this.tryAgain();
    if (this.loading || this.requests.error || !this.stamp) return undefined;
    const limit = Math.max(PAGE_ROWS, Math.min(this.found.length, MOST_AT_ONCE));
    const page = await this.requests.fetchQuietly(this.url({ since: this.stamp, limit }));
    if (page) this.merge(page);
    return undefined;
  }

  /** What was asked for in vain is asked for again. Throws when there is still no answer. */
  async tryAgain() {
    await this.reload();
    if (!this.requests.answers) throw new Error("Studio is not responding.");
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
