// The left side of Edit columns: the columns that there are, searched on the server.

import { element } from "../../lib/element.js";
import { latest } from "../../lib/latest.js";
import { withAggregate } from "../../lib/metric_ids.js";
import { icon } from "../icons.js";
import { redraw } from "../redraw.js";
import { fetchJson } from "../requests.js";
import { scopeParams } from "./names.js";

const SEARCH_DELAY_MS = 150;
const SECTIONS = {
  run: "Run",
  metrics: "Metrics",
  params: "Parameters",
  tags: "Tags",
  properties: "Properties",
};
const OTHER_VALUES = ["min", "max", "best"];

/** The columns that the panel `dialog` offers for `chosen` (Columns), in sections by their kind. */
export class OfferedColumns {
  constructor(dialog, store, chosen) {
    Object.assign(this, { dialog, store, chosen });
    this.list = dialog.querySelector("[data-offered]");
    this.search = dialog.querySelector("[data-search]");
    this.problem = dialog.querySelector("[data-problem]");
    this.find = latest(() => this.fetchNames({}));
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), SEARCH_DELAY_MS);
    });
    dialog.querySelector("[data-add-all]").addEventListener("click", () => this.addAll());
    this.list.addEventListener("click", (event) => this.click(event));
  }

  async load() {
    const answer = await this.find();
    if (!answer) return;
    this.sections = answer.sections;
    this.draw();
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

  draw() {
    const sections = (this.sections ?? []).map((section) => this.drawSection(section));
    const none = element("p", { class: "muted" }, "No matching columns.");
    const keyOf = ({ dataset }) => dataset.add ?? dataset.more;
    redraw(this.list, sections.length || !this.sections ? sections : [none], keyOf);
  }

  drawSection({ kind, total, names, next }) {
    const data = { more: kind, after: next };
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
    const others = kind === "metrics" ? OTHER_VALUES : [];
    return element("div", { class: "offer" }, add, ...others.map((one) => drawOther(id, one)));
  }

  async click(event) {
    const add = event.target.closest("[data-add]");
    const more = event.target.closest("[data-more]");
    if (add) this.chosen.add([add.dataset.add]);
    if (more) await this.loadMore(more.dataset.more, more.dataset.after);
  }

  async loadMore(kind, after) {
    const answer = await this.fetchNames({ kind, after });
    const found = answer?.sections.find((one) => one.kind === kind);
    const section = this.sections.find((one) => one.kind === kind);
    if (!found || !section) return;
    section.names = [...section.names, ...found.names];
    section.next = found.next;
    this.draw();
    const first = found.names[0]?.id;
    if (first) this.list.querySelector(`[data-add="${CSS.escape(first)}"]`).focus();
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
