// Edit columns: what there is on the left (searched on the server), what is shown on the right.

import { element } from "../../lib/element.js";
import { latest } from "../../lib/latest.js";
import { AGGREGATES, withAggregate } from "../../lib/metric_ids.js";
import { icon } from "../icons.js";
import { fetchJson } from "../requests.js";
import { makeSortable } from "../sortable.js";
import { aggregateWord } from "./columns.js";
import { scopeParams } from "./names.js";

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
  constructor(dialog, store, chosen) {
    Object.assign(this, { dialog, store, chosen });
    this.offered = dialog.querySelector("[data-offered]");
    this.list = dialog.querySelector("[data-chosen]");
    this.search = dialog.querySelector("[data-search]");
    this.problem = dialog.querySelector("[data-problem]");
    this.find = latest(() => this.fetchNames({}));
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), SEARCH_DELAY_MS);
    });
    dialog.querySelector("[data-add-all]").addEventListener("click", () => this.addAll());
    dialog.querySelector("[data-reset]").addEventListener("click", () => chosen.reset());
    this.offered.addEventListener("click", (event) => this.clickOffered(event));
    this.list.addEventListener("click", (event) => this.clickChosen(event));
    this.list.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close());
    store.addEventListener("change", () => this.dialog.open && this.draw());
    makeSortable(this.list, {
      items: "[data-id]",
      idOf: (item) => item.dataset.id,
      fixed: (item) => item.dataset.id === "run.name",
      moved: (id, before) => chosen.move(id, before),
    });
  }

  open() {
    this.dialog.show();
    this.search.focus();
    this.draw();
    this.load();
  }

  draw() {
    this.drawChosen();
    this.drawOffered();
  }

  // -- what there is ------------------------------------------------------------------------------

  async load() {
    const answer = await this.find();
    if (!answer) return;
    this.sections = answer.sections;
    this.drawOffered();
  }

  /** The names that the search finds; null when it cannot be read, and the panel says why. */
  async fetchNames(extra) {
    const params = scopeParams(this.store, { search: this.search.value, ...extra });
    const asking = {};
    this.asking = asking;
    try {
      const answer = await fetchJson(`${this.dialog.dataset.names}?${params}`);
      if (asking === this.asking) this.explain("");
      return answer;
    } catch (error) {
      if (asking === this.asking) this.explain(error.message);
      return null;
    }
  }

  explain(problem) {
    this.problem.textContent = problem;
    this.search.setAttribute("aria-invalid", String(Boolean(problem)));
  }

  drawOffered() {
    const sections = (this.sections ?? []).map((section) => this.drawSection(section));
    const none = element("p", { class: "muted" }, "No matching columns.");
    this.offered.replaceChildren(...(sections.length || !this.sections ? sections : [none]));
  }

  drawSection({ kind, total, names, next }) {
    const data = { more: kind, offset: next };
    const more = next !== null && `Show more: ${names.length} of ${total.toLocaleString("en-US")}`;
    return element(
      "section",
      {},
      element("h3", {}, `${SECTIONS[kind]} ${total.toLocaleString("en-US")}`),
      ...names.map((name) => this.drawOffer(kind, name)),
      more && element("button", { type: "button", class: "btn ghost", data }, more),
    );
  }

  drawOffer(kind, { id, label }) {
    const mark = icon(this.chosen.ids.includes(id) ? "check" : "plus");
    const settings = { type: "button", title: label, class: "offer-add", data: { add: id } };
    const add = element("button", settings, mark, element("span", {}, label));
    const others = kind === "metrics" ? ["min", "max", "best"] : [];
    return element("div", { class: "offer" }, add, ...others.map((one) => drawOther(id, one)));
  }

  async clickOffered(event) {
    const add = event.target.closest("[data-add]");
    const more = event.target.closest("[data-more]");
    if (add) this.chosen.add([add.dataset.add]);
    if (!more) return;
    const { more: kind, offset } = more.dataset;
    const answer = await this.fetchNames({ kind, offset });
    const found = answer?.sections.find((one) => one.kind === kind);
    const section = this.sections.find((one) => one.kind === kind);
    if (!found || !section) return;
    section.names = [...section.names, ...found.names];
    section.next = found.next;
    this.drawOffered();
  }

  /** Every metric, parameter and tag that the search finds; the server says how many that is. */
  async addAll() {
    const answer = await this.fetchNames({ all: "1" });
    if (!answer) return;
    const ids = answer.sections
      .filter((section) => section.kind !== "run" || this.search.value)
      .flatMap((section) => section.names.map((name) => name.id));
    this.chosen.add(ids);
  }

  // -- what is shown ------------------------------------------------------------------------------

  drawChosen() {
    const focused = document.activeElement?.closest("[data-id]")?.dataset.id;
    this.list.replaceChildren(...this.chosen.shown.map((column) => this.drawChoice(column)));
    const again = focused && this.list.querySelector(`[data-id="${CSS.escape(focused)}"]`);
    again?.focus();
  }

  drawChoice(column) {
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

  clickChosen(event) {
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

function drawOther(id, aggregate) {
  const settings = {
    type: "button",
    class: "agg",
    data: { add: withAggregate(id, aggregate) },
    "aria-label": `Add ${id} ${aggregate}`,
  };
  return element("button", settings, aggregate);
}

function iconButton(name, label, data, disabled = false) {
  const settings = { type: "button", class: "icon-btn", disabled, data, "aria-label": label };
  return element("button", settings, icon(name));
}
