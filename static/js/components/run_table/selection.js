// Which runs of a table are selected: some by their ids, or all that match the filter.

import { joinList, splitList, writeState } from "../../lib/url_state.js";
import { fetchJson } from "../requests.js";

export const MOST_IN_ADDRESS = 200;
const ASKED_AT_ONCE = 100;

/** The selection of one RunStore. The address keeps it while it is not too long. */
export class Selection {
  constructor(store) {
    this.store = store;
    this.read();
    this.hidden = new Set();
    store.addEventListener("state", () => store.state.sel === this.kept || this.read());
    store.addEventListener("selection", () => this.keep());
    store.addEventListener("change", () => this.findHidden());
  }

  read() {
    const { sel } = this.store.state;
    this.isAll = sel === "all";
    this.ids = new Set(this.isAll ? [] : splitList(sel));
    this.kept = sel;
  }

  get size() {
    return this.isAll ? (this.store.counts.matching ?? 0) : this.ids.size;
  }

  has(id) {
    return this.isAll || this.ids.has(id);
  }

  /** Is the selection too long for the address? A copied link then lacks it. */
  get isLong() {
    return this.ids.size > MOST_IN_ADDRESS;
  }

  keep() {
    const some = this.ids.size && !this.isLong ? joinList([...this.ids]) : undefined;
    const sel = this.isAll ? "all" : some;
    this.kept = sel;
    if (sel !== this.store.state.sel) this.store.setQuietly({ sel });
    this.findHidden();
  }

  toggle(id, on = !this.has(id)) {
    if (this.isAll) this.ids = new Set(this.runsOnScreen);
    this.isAll = false;
    this.ids[on ? "add" : "delete"](id);
    this.tell();
  }

  add(ids) {
    this.ids = new Set([...this.ids, ...ids]);
    this.tell();
  }

  set(ids) {
    this.isAll = false;
    this.ids = new Set(ids);
    this.tell();
  }

  clear() {
    this.set([]);
  }

  all() {
    this.isAll = true;
    this.ids = new Set();
    this.tell();
  }

  get runsOnScreen() {
    return this.store.rows.filter((row) => row.run).map((row) => row.id);
  }

  tell() {
    this.store.tell("selection");
  }

  /** Find out which of the selected runs the filter leaves out. */
  async findHidden() {
    const loaded = new Set(this.store.rows.filter((row) => row.run).map((row) => row.id));
    const others = [...this.ids].filter((id) => !loaded.has(id));
    const asking = { others };
    this.asking = asking;
    const matching = new Set(others.length ? await this.askWhichMatch(others) : []);
    if (this.asking !== asking) return;
    const hidden = new Set(others.filter((id) => !matching.has(id)));
    if (hidden.size === this.hidden.size && [...hidden].every((id) => this.hidden.has(id))) return;
    this.hidden = hidden;
    this.store.tell("hidden");
  }

  /** Which of these runs match the filter; all of them where the studio cannot tell. */
  async askWhichMatch(ids) {
    const matching = [];
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const part = ids.slice(at, at + ASKED_AT_ONCE);
      const asked = { cols: "run.name", sort: undefined, group: undefined, diff: false };
      const runs = part.join(",");
      const address = this.store.url({ ...asked, runs, limit: ASKED_AT_ONCE });
      const page = await fetchJson(address).catch(() => null);
      matching.push(...(page ? page.rows.map((row) => row.id) : part));
    }
    return matching;
  }

  /** What the studio is to act on: runs by id, or the filter when all that match are selected. */
  get target() {
    if (!this.isAll) return { run_ids: [...this.ids] };
    const { sel, ...asked } = this.store.asked;
    return { matching: writeState(asked) };
  }
}
