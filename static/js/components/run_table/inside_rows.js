// What is inside rows of the run table: the children of a run, the members of a group.

const MOST_INSIDE = 500;

/** The rows inside others of one RunStore, by the id of the outer row, and which rows are open. */
export class InsideRows {
  constructor(store) {
    Object.assign(this, { store, rows: new Map(), opened: new Map() });
  }

  /** Show what is inside a row below it, or no longer. */
  async toggle(row) {
    const { store } = this;
    const isInList = store.found.some((one) => one.parent === row.id);
    if (!row.open && !isInList && !(await this.load(row))) return;
    this.opened.set(row.id, !row.open);
    store.changed();
  }

  async load(row, columns = this.store.sameColumns) {
    const asked = { ...columns, diff: false, inside: row.inside, limit: MOST_INSIDE };
    const page = await this.store.fetchPage(row.run ? asked : { ...asked, group: undefined });
    if (page) this.rows.set(row.id, page.rows);
    return Boolean(page);
  }

  /** In another order or with other columns, open rows stay open: `rows` are the new first ones. */
  async reopen(rows, columns) {
    const all = [...rows, ...[...this.rows.values()].flat()];
    const open = all.filter((row) => this.rows.has(row.id) && this.opened.get(row.id));
    this.rows = new Map();
    await Promise.all(open.map((row) => this.load(row, columns)));
  }
}
