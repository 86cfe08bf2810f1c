// Edit columns: what there is on the left, what is shown on the right.

import { OfferedColumns } from "./offered_columns.js";
import { ShownColumns } from "./shown_columns.js";

/** The side panel `<dialog>` in which the columns of one run table are chosen. */
export class ColumnsPanel {
  constructor(dialog, store, chosen) {
    this.dialog = dialog;
    this.offered = new OfferedColumns(dialog, store, chosen);
    this.shown = new ShownColumns(dialog.querySelector("[data-chosen]"), chosen);
    dialog.querySelector("[data-reset]").addEventListener("click", () => chosen.reset());
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close());
    store.addEventListener("change", () => dialog.open && this.draw());
  }

  open() {
    this.dialog.show();
    this.offered.search.focus();
    this.draw();
    this.offered.load();
  }

  draw() {
    this.shown.draw();
    this.offered.draw();
  }
}
