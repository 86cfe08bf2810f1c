// Edit columns: what there is on the left (searched on the server), what is shown on the right.

import { icon } from "../icons.js";
import { AGGREGATES } from "./cell_menu.js";
import { element } from "./cells.js";

const SEARCH_DELAY_MS = 150;
const SECTIONS = {
  run: "Run",
  metrics: "Metrics",
  params: "Parameters",
  tags: "Tags",
  properties: "Properties",
};

/** The side panel `<dialog>` in which the columns of one run table are chosen. */
export class ColumnsPanel {
  constructor(dialog, table) {
    this.dialog = dialog;
    this.table = table;
    this.offered = dialog.querySelector("[data-offered]");
    this.chosen = dialog.querySelector("[data-chosen]");
    this.search = dialog.querySelector("[data-search]");
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), SEARCH_DELAY_MS);
    });
    dialog.querySelector("[data-add-all]").addEventListener("click", () => this.addAll());
    dialog.querySelector("[data-reset]").addEventListener("click", () => {
      this.table.store.set({ cols: undefined, widths: undefined, pin: undefined });
    });
    this.offered.addEventListener("click", (event) => this.clickOffered(event));
    this.chosen.addEventListener("click", (event) => this.clickChosen(event));
    this.chosen.addEventListener("keydown", (event) => this.moveByKeys(event));
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close());
    table.store.addEventListener("change", () => this.dialog.open && this.drawChosen());
    listenToDrag(this.chosen, (id, before) => this.table.move(id, before));
  }

  open() {
    this.dialog.show();
    this.search.focus();
    this.drawChosen();
    this.load();
  }

  // -- what there is ------------------------------------------------------------------------------

  async load() {
    const answer = await this.fetchNames({});
    if (!answer) return;
    this.sections = answer.sections;
    this.offered.replaceChildren(...answer.sections.map((section) => this.drawSection(section)));
  }

  async fetchNames(extra) {
    const params = new URLSearchParams({ search: this.search.value, ...extra });
    for (const name of this.table.store.state.exp ?? []) params.append("exp", name);
    const fixed = this.table.store.fixed.exp;
    if (fixed) params.append("exp", fixed);
    const response = await fetch(`${this.dialog.dataset.names}?${params}`);
    const answer = await response.json();
    this.dialog.querySelector("[data-problem]").textContent = response.ok ? "" : answer.message;
    return response.ok ? answer : null;
  }

  drawSection({ kind, total, names, next }) {
    const box = element("section", {});
    box.append(element("h3", { textContent: `${SECTIONS[kind]} ${total}` }));
    box.append(...names.map((name) => this.drawOffer(kind, name)));
    if (next !== null) {
      const more = element("button", { type: "button", textContent: "Show more" }, "btn ghost");
      more.dataset.more = kind;
      more.dataset.offset = next;
      box.append(more);
    }
    return box;
  }

  drawOffer(kind, { id, label }) {
    const row = element("div", {}, "offer");
    const shown = this.table.columns.some((column) => column.id === id);
    const add = element("button", { type: "button", title: label }, "offer-add");
    add.dataset.add = id;
    add.append(icon(shown ? "check" : "plus"), element("span", { textContent: label }));
    row.append(add);
    if (kind === "metrics") row.append(...this.drawAggregates(id));
    return row;
  }

  drawAggregates(id) {
    return ["min", "max", "best"].map((aggregate) => {
      const button = element("button", { type: "button", textContent: aggregate }, "agg");
      button.dataset.add = withAggregate(id, aggregate);
      button.setAttribute("aria-label", `Add ${id} ${aggregate}`);
      return button;
    });
  }

  async clickOffered(event) {
    const add = event.target.closest("[data-add]");
    const more = event.target.closest("[data-more]");
    if (add) this.add([add.dataset.add]);
    if (!more) return;
    const { more: kind, offset } = more.dataset;
    const answer = await this.fetchNames({ kind, offset });
    const section = answer?.sections.find((one) => one.kind === kind);
    if (!section) return;
    const drawn = this.drawSection(section);
    drawn.querySelector("h3").remove();
    more.replaceWith(...drawn.children);
  }

  /** Every metric, parameter and tag that the search finds; the server says how many that is. */
  async addAll() {
    const answer = await this.fetchNames({ all: "1" });
    if (!answer) return;
    const ids = answer.sections
      .filter((section) => section.kind !== "run" || this.search.value)
      .flatMap((section) => section.names.map((name) => name.id));
    this.add(ids);
  }

  add(ids) {
    const shown = this.table.columnIds;
    this.table.setColumns([...shown, ...ids.filter((id) => !shown.includes(id))]);
  }

  // -- what is shown ------------------------------------------------------------------------------

  drawChosen() {
    const focused = document.activeElement?.closest("[data-id]")?.dataset.id;
    this.chosen.replaceChildren(...this.table.columns.map((column) => this.drawChoice(column)));
    const again = focused && this.chosen.querySelector(`[data-id="${CSS.escape(focused)}"]`);
    again?.focus();
  }

  drawChoice(column) {
    const row = element("li", { tabIndex: 0, draggable: !column.fixed }, "choice");
    row.dataset.id = column.id;
    row.append(element("span", { textContent: column.label, title: column.label }, "choice-name"));
    if (column.kind === "metrics") row.append(this.drawAggregateSelect(column));
    const pin = element("button", { type: "button" }, "icon-btn");
    pin.append(icon(column.pinned ? "pin-off" : "pin"));
    pin.dataset.pin = column.id;
    pin.setAttribute("aria-label", column.pinned ? "Unpin" : "Pin");
    const remove = element("button", { type: "button", disabled: column.fixed }, "icon-btn");
    remove.append(icon("x"));
    remove.dataset.remove = column.id;
    remove.setAttribute("aria-label", `Remove ${column.label}`);
    row.append(pin, remove);
    return row;
  }

  drawAggregateSelect(column) {
    const select = element("select", {});
    select.setAttribute("aria-label", `Value of ${column.label}`);
    for (const aggregate of AGGREGATES) {
      const text = aggregate === "best" ? "at best" : aggregate;
      select.append(new Option(text, aggregate, false, aggregate === column.aggregate));
    }
    select.addEventListener("change", () => this.table.setAggregate(column, select.value));
    return select;
  }

  clickChosen(event) {
    const { remove, pin } = event.target.closest("button")?.dataset ?? {};
    const find = (id) => this.table.columns.find((column) => column.id === id);
    if (remove) this.table.hide(find(remove));
    if (pin) this.table.pin(find(pin));
  }

  /** Alt+Up and Alt+Down move a column; Delete removes it. */
  moveByKeys(event) {
    const row = event.target.closest("[data-id]");
    if (!row || event.target !== row) return;
    const ids = this.table.columnIds;
    const index = ids.indexOf(row.dataset.id);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Delete") this.table.hide({ id: row.dataset.id });
    if (!step) return;
    event.preventDefault();
    if (!event.altKey)
      return (step > 0 ? row.nextElementSibling : row.previousElementSibling)?.focus();
    if (index + step < 0 || index + step >= ids.length) return;
    ids.splice(index, 1);
    ids.splice(index + step, 0, row.dataset.id);
    this.table.setColumns(ids);
  }
}

/** `metrics.loss:last` with another aggregate. */
export function withAggregate(id, aggregate) {
  return id.replace(/:\w+$/, "") + (aggregate === "last" ? "" : `:${aggregate}`);
}

function listenToDrag(list, move) {
  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-id]")?.dataset.id;
  });
  list.addEventListener("dragover", (event) => dragged && event.preventDefault());
  list.addEventListener("drop", (event) => {
    event.preventDefault();
    const before = event.target.closest("[data-id]")?.dataset.id;
    if (dragged && before && before !== dragged) move(dragged, before);
    dragged = null;
  });
}
