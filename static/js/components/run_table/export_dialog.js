// What to save as a file: which rows, the table or every value of its metrics, in which format.

import { writeState } from "../../lib/url_state.js";

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
    const { selected, allMatching } = this.store;
    this.form.elements.rows.value = selected.size && !allMatching ? "selected" : "matching";
    this.dialog.showModal();
  }

  /** How many rows each choice means, and the state that asks for them. */
  rows() {
    const { store, table } = this;
    const number = (count, one) => `${count.toLocaleString("en-US")} ${one}`;
    const visible = table.visibleRuns();
    const selected = store.allMatching ? [] : [...store.selected];
    const { matching = 0 } = store.counts;
    return {
      selected: {
        count: selected.length,
        label: number(selected.length, "selected"),
        state: { runs: selected.join(",") },
      },
      visible: {
        count: visible.length,
        label: number(visible.length, "in sight"),
        state: { runs: visible.join(",") },
      },
      matching: { count: matching, label: number(matching, "that match"), state: {} },
    };
  }

  download() {
    const { rows, content, format } = Object.fromEntries(new FormData(this.form));
    const { state, fixed } = this.store;
    const asked = {
      ...state,
      ...fixed,
      group: undefined,
      ...this.rows()[rows].state,
      content,
      format,
    };
    location.assign(this.dialog.dataset.export + writeState(asked));
  }
}
