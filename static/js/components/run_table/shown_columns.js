// The right side of Edit columns: the columns of the table in their order, each with its pin, the
// value of its metric, and a button that removes it.

import { element } from "../../lib/element.js";
import { AGGREGATES } from "../../lib/metric_ids.js";
import { icon } from "../icons.js";
import { makeSortable } from "../sortable.js";
import { aggregateWord } from "./columns.js";

/** The list `root` of what `chosen` (Columns) shows; its items can be moved. */
export class ShownColumns {
  constructor(root, chosen) {
    Object.assign(this, { root, chosen });
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.key(event));
    makeSortable(root, {
      items: "[data-id]",
      idOf: (item) => item.dataset.id,
      fixed: (item) => item.dataset.id === "run.name",
      moved: (id, before) => chosen.move(id, before),
    });
  }

  draw() {
    const focused = document.activeElement?.closest("[data-id]")?.dataset.id;
    this.root.replaceChildren(...this.chosen.shown.map((column) => this.drawItem(column)));
    const again = focused && this.root.querySelector(`[data-id="${CSS.escape(focused)}"]`);
    again?.focus();
  }

  drawItem(column) {
    const { id, label, kind, pinned, fixed } = column;
    return element(
      "li",
      { tabIndex: 0, class: "choice", data: { id } },
      element("span", { title: label, class: "choice-name" }, label),
      kind === "metrics" && this.drawAggregateSelect(column),
      iconButton(pinned ? "pin-off" : "pin", pinned ? "Unpin" : "Pin", { pin: id }),
      iconButton("x", `Remove ${label}`, { remove: id }, fixed),
    );
  }

  drawAggregateSelect(column) {
    const options = AGGREGATES.map((one) => {
      const isOn = one === column.aggregate;
      return new Option(aggregateWord(one), one, isOn, isOn);
    });
    const select = element("select", { "aria-label": `Value of ${column.label}` }, ...options);
    select.addEventListener("change", () => this.chosen.setAggregate(column, select.value));
    return select;
  }

  click(event) {
    const { remove, pin } = event.target.closest("button")?.dataset ?? {};
    if (remove) this.chosen.hide(this.chosen.find(remove));
    if (pin) this.chosen.pin(this.chosen.find(pin));
  }

  /** Arrows go through the list, Delete removes a column. */
  key(event) {
    const row = event.target.closest("[data-id]");
    if (!row || event.target !== row || event.altKey) return;
    if (event.key === "Delete") this.chosen.hide({ id: row.dataset.id });
    const next = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (!next) return;
    event.preventDefault();
    row[next]?.focus();
  }
}

function iconButton(name, label, data, disabled = false) {
  const settings = { type: "button", class: "icon-btn", disabled, data, "aria-label": label };
  return element("button", settings, icon(name));
}
