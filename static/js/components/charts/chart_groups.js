// The groups that runs are drawn in: by the values of params, tags or fields.

import { splitList } from "../../lib/url_state.js";
import { readValues } from "./chart_values.js";

const NOTHING = "—";

/** The groups of the runs of one table. */
export class ChartGroups {
  constructor(store) {
    this.store = store;
    this.byField = new Map();
  }

  /** Read the values of the fields `group` (a comma list) by which `runs` are grouped. */
  async load(group, runs) {
    const fields = splitList(group);
    const ids = runs.map((run) => run.id);
    const rows = await readValues(this.store, fields, ids);
    const named = (row) => fields.map((field) => row.values[field] ?? NOTHING).join(", ");
    this.byField.set(group, new Map(rows.map((row) => [row.id, named(row)])));
  }

  /** The group of a run, null where it is not known. */
  of(run, group) {
    return this.byField.get(group)?.get(run.id) ?? null;
  }

  /** A group has the colour of its row, where the table has one. */
  hueOf(group, index) {
    const named = (row) =>
      JSON.parse(row.id)
        .map(([, value]) => value ?? NOTHING)
        .join(", ");
    const row = this.store.rows.find((one) => !one.run && named(one) === group);
    return row?.hue ?? index;
  }
}
