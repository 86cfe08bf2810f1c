// The export dialog: which runs, the table or every value of their metrics, in which format.

import { joinList, writeState } from "../../lib/url_state.js";

const LABELS = {
  selected: (runs) => `Selected (${runs})`,
  visible: (runs) => `On screen (${runs})`,
  matching: (runs) => `All that match the filter (${runs})`,
};

/** The export dialog of one run table. */
export class ExportDialog {
  constructor(dialog, table) {
    Object.assign(this, { dialog, table, store: table.store });
    this.form = dialog.querySelector("form");
    this.form.addEventListener("submit", ({ submitter }) => submitter?.value && this.download());
  }

  open() {
    const rows = this.rows();
    for (const input of this.form.elements.rows) {
      const { count, label } = rows[input.value];
      input.disabled = !count;
      input.closest("label").querySelector("span").textContent = label;
    }
    this.form.elements.rows.value = rows.selected.count ? "selected" : "matching";
    this.dialog.showModal();
  }

  /** How many runs each choice means, and the state that asks for them. */
  rows() {
    const { store, table } = this;
    const { matching = 0 } = store.counts;
    const selected = [...store.selected];
    const visible = table.visibleRuns();
    const choice = (runs) => ({ count: runs.length, state: { runs: runs.join(",") } });
    const all = { count: matching, state: {} };
    const choices = {
      selected: store.allMatching ? all : choice(selected),
      visible: choice(visible),
      matching: all,
    };
    for (const [name, one] of Object.entries(choices)) one.label = LABELS[name](counted(one.count));
    return choices;
  }

  download() {
    const { rows, content, format } = Object.fromEntries(new FormData(this.form));
    const { state, fixed } = this.store;
    const asked = {
      ...state,
      ...fixed,
      cols: joinList(this.table.columnIds),
      group: undefined,
      ...this.rows()[rows].state,
      content,
      format,
    };
    location.assign(this.dialog.dataset.export + writeState(asked));
  }
}

function counted(count) {
  return count === 1 ? "1 run" : `${count.toLocaleString("en-US")} runs`;
}
