// What is inside rows of the run table: the children of a run, the members of a group.

const MOST_INSIDE = 500;

/** The rows inside others of one RunStore, by the id of the outer row, where the rest of them
 * begins, and which rows are open. */
export class InsideRows {
  constructor(store) {
    Object.assign(this, { store, rows: new Map(), next: new Map(), opened: new Map() });
  }

  /** Show what is inside a row below it, or no longer. */
  async toggle(row) {
    const { store } = this;
    const isInList = store.found.some((one) => one.parent === row.id);
    if (!row.open && !isInList && !(await this.load(row))) return;
    this.opened.set(row.id, !row.open);
    store.changed();
  }

  /** How many rows are loaded of what is inside those that have more. */
  get left() {
    return new Map([...this.next.keys()].map((id) => [id, this.rows.get(id).length]));
  }

  /** Show more of what is inside the row with this id. */
  async showMore(id) {
    const { store, next, rows } = this;
    const row = store.rows.find((one) => one.id === id);
    const asked = { ...store.sameColumns, after: next.get(id) };
    if (asked.after && (await this.load(row, asked, rows.get(id)))) store.changed();
  }

  /** Ask for a page of what is inside `row`, and put it behind `before`; false without an answer. */
  async load(row, columns = this.store.sameColumns, before = []) {
    const asked = { ...columns, diff: false, inside: row.inside, limit: MOST_INSIDE };
    const page = await this.store.fetchPage(row.run ? asked : { ...asked, group: undefined });
    if (!page) return false;
    this.rows.set(row.id, [...before, ...page.rows]);
    if (page.next) this.next.set(row.id, page.next);
    else this.next.delete(row.id);
    return true;
  }

  /** In another order or with other columns, open rows stay open: `rows` are the new first ones. */
  async reopen(rows, columns) {
    const all = [...rows, ...[...this.rows.values()].flat()];
    const open = all.filter((row) => this.rows.has(row.id) && this.opened.get(row.id));
    this.rows = new Map();
    this.next = new Map();
    await Promise.all(open.map((row) => this.load(row, columns)));
  }
}
