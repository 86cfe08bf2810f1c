// The export dialog: which runs, the table or every value of their metrics, in which format.

import { joinList, writeState } from "../../lib/url_state.js";
import { toast } from "../toasts.js";

const LABELS = {
  selected: "Selected",
  visible: "On screen",
  matching: "All that match the filter",
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
    store.addEventListener("counted", () => dialog.open && this.offer());
  }

  open() {
    this.offer();
    this.form.elements.rows.value = this.rows().selected.count ? "selected" : "matching";
    this.dialog.showModal();
  }

  /** Write how many runs each choice means, where that is known by now. */
  offer() {
    const rows = this.rows();
    for (const input of this.form.elements.rows) {
      const { count } = rows[input.value];
      const label = LABELS[input.value];
      input.disabled = count === 0;
      input.closest("label").querySelector("span").textContent =
        count === undefined ? label : `${label} (${counted(count)})`;
    }
  }

  /** How many runs each choice means, undefined while they are counted, and the state that asks for
   * them. */
  rows() {
    const { store } = this;
    const selected = [...store.selection.ids];
    const visible = this.visibleRuns();
    const choice = (runs) => ({ count: runs.length, state: { runs: runs.join(",") } });
    const all = { count: store.counts.matching, state: {} };
    return {
      selected: store.selection.isAll ? all : choice(selected),
      visible: choice(visible),
      matching: all,
    };
  }

  /** The table of the runs that are selected, else of all that match, as CSV. */
  downloadCsv() {
    const rows = this.store.selection.size ? "selected" : "matching";
    this.download({ rows, content: "table", format: "csv" });
    const { count } = this.rows()[rows];
    toast(`Exporting ${count === undefined ? "all runs" : counted(count)} as CSV.`);
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
