// Group by: up to two fields, chosen from a searched list; the button says which.

import { element } from "../../lib/element.js";
import { latest } from "../../lib/latest.js";
import { joinList, splitList } from "../../lib/url_state.js";
import { redraw } from "../redraw.js";
import { fetchJson } from "../requests.js";
import { literalPattern, scopeParams } from "./names.js";

const SEARCH_DELAY_MS = 150;
const MOST_FIELDS = 2;
const RUN_FIELDS = {
  experiment: "Experiment",
  status: "Status",
  target: "Compute",
  kind: "Kind",
  submitted_by: "Submitted by",
};
const KINDS = { params: "Parameters", tags: "Tags" };

/** Wires the menu of one run table; `names` is the address of the names there are. */
export class GroupMenu {
  constructor(menu, store, names) {
    Object.assign(this, { menu, store, names });
    this.list = menu.querySelector("[data-fields]");
    this.search = menu.querySelector("input");
    this.label = menu.querySelector("[data-label]");
    this.find = latest(() => Promise.all(Object.keys(KINDS).map((kind) => this.fetchNames(kind))));
    this.stop = menu.querySelector("[data-stop-grouping]");
    this.stop.addEventListener("click", () => {
      this.choose([]);
      menu.open = false;
    });
    menu.addEventListener("toggle", () => {
      if (menu.open) this.opened();
      else this.search.value = "";
    });
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), SEARCH_DELAY_MS);
    });
    this.list.addEventListener("change", ({ target }) => this.toggle(target.value, target.checked));
    store.addEventListener("state", () => this.show());
    this.show();
  }

  open() {
    this.menu.open = true;
    this.search.focus();
  }

  opened() {
    this.search.focus();
    return this.load();
  }

  get fields() {
    return splitList(this.store.state.group);
  }

  choose(fields) {
    this.store.set({ group: joinList(fields) || undefined, after: undefined });
  }

  /** A third field takes the place of the second. */
  toggle(id, on) {
    const others = this.fields.filter((field) => field !== id);
    this.choose(on ? [...others.slice(0, MOST_FIELDS - 1), id] : others);
  }

  show() {
    const { fields } = this;
    this.stop.hidden = fields.length === 0;
    this.label.textContent = fields.length
      ? `Grouped by ${fields.map(shortName).join(", ")}`
      : "Group";
    this.menu.classList.toggle("in-use", fields.length > 0);
    for (const box of this.list.querySelectorAll("input")) box.checked = fields.includes(box.value);
  }

  async load() {
    const found = await this.find();
    if (!found) return;
    const text = this.search.value.toLowerCase();
    const runFields = Object.entries(RUN_FIELDS)
      .map(([key, label]) => ({ id: `run.${key}`, label }))
      .filter(({ label }) => label.toLowerCase().includes(text));
    const lines = [
      ...drawSection("Run", { names: runFields }),
      ...Object.values(KINDS).flatMap((title, index) => drawSection(title, found[index])),
    ];
    redraw(this.list, lines, (box) => box.value);
    this.show();
  }

  async fetchNames(kind) {
    const search = literalPattern(this.search.value);
    const params = scopeParams(this.store, { search, kind });
    const answer = await fetchJson(`${this.names}?${params}`).catch(() => null);
    return answer?.sections[0] ?? { names: [] };
  }
}

function drawSection(title, { names, total = names.length }) {
  if (!names.length) return [];
  const rows = names.map(({ id, label }) =>
    element(
      "label",
      {},
      element("input", { type: "checkbox", value: id }),
      element("span", { class: "clip", title: label }, label),
    ),
  );
  const others = total - names.length;
  const rest = `${others.toLocaleString("en-US")} more. Search to find them.`;
  return [
    element("h3", {}, title),
    ...rows,
    ...(others ? [element("p", { class: "small muted" }, rest)] : []),
  ];
}

const shortName = (id) => id.replace(/^\w+\./, "");
