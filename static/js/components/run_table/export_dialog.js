// The export dialog: which runs, the table or every value of their metrics, in which format.

import { joinList, writeState } from "../../lib/url_state.js";
import { toast } from "../toasts.js";

const LABELS = {
  selected: (runs) => `Selected (${runs})`,
  visible: (runs) => `On screen (${runs})`,
  matching: (runs) => `All that match the filter (${runs})`,
};

/** The export dialog of one run table: of its columns `chosen`; `visibleRuns` returns the ids of
 * the runs on screen. */
export class ExportDialog {
  constructor(dialog, store, chosen, visibleRuns) {
    Object.assign(this, { dialog, store, chosen, visibleRuns });
    this.form = dialog.querySelector("form");
    this.form.addEventListener("submit", ({ submitter }) => {
      if (submitter?.value) this.download(Object.fromEntries(new FormData(this.form)));
    });
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
    const { store } = this;
    const { matching = 0 } = store.counts;
    const selected = [...store.selection.ids];
    const visible = this.visibleRuns();
    const choice = (runs) => ({ count: runs.length, state: { runs: runs.join(",") } });
    const all = { count: matching, state: {} };
    const choices = {
      selected: store.selection.isAll ? all : choice(selected),
      visible: choice(visible),
      matching: all,
    };
    for (const [name, one] of Object.entries(choices)) one.label = LABELS[name](counted(one.count));
    return choices;
  }

  /** The table of the runs that are selected, else of all that match, as CSV. */
  downloadCsv() {
    const rows = this.store.selection.size ? "selected" : "matching";
    this.download({ rows, content: "table", format: "csv" });
    toast(`Exporting ${counted(this.rows()[rows].count)} as CSV.`);
  }

  download({ rows, content, format }) {
    const { sel, ...state } = this.store.asked;
    const asked = {
      ...state,
      cols: joinList(this.chosen.ids),
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
