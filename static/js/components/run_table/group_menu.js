// Group by: up to two fields, chosen from a searched list; the chip beside it says which.

import { joinList, splitList } from "../../lib/url_state.js";
import { element } from "./cells.js";

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

/** Wires the menu and the chip of one run table. */
export class GroupMenu {
  constructor(root, table) {
    this.store = table.store;
    this.menu = root.querySelector("[data-group-menu]");
    this.list = this.menu.querySelector("[data-fields]");
    this.search = this.menu.querySelector("input");
    this.names = root.querySelector("[data-columns-panel]").dataset.names;
    this.chip = root.querySelector("[data-group]");
    this.chip.querySelector("button").addEventListener("click", () => this.choose([]));
    this.menu.addEventListener("toggle", () => {
      if (this.menu.open) this.opened();
      else this.search.value = "";
    });
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), SEARCH_DELAY_MS);
    });
    this.list.addEventListener("change", ({ target }) => this.toggle(target.value, target.checked));
    this.store.addEventListener("state", () => this.show());
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
    this.chip.hidden = this.fields.length === 0;
    this.chip.querySelector("span").textContent =
      `Grouped by ${this.fields.map(shortName).join(", ")}`;
    for (const box of this.list.querySelectorAll("input"))
      box.checked = this.fields.includes(box.value);
  }

  async load() {
    const kinds = Object.keys(KINDS);
    const found = await Promise.all(kinds.map((kind) => this.fetchNames(kind)));
    const text = this.search.value.toLowerCase();
    const runFields = Object.entries(RUN_FIELDS)
      .map(([key, label]) => ({ id: `run.${key}`, label }))
      .filter(({ label }) => label.toLowerCase().includes(text));
    this.list.replaceChildren(
      ...drawSection("Run", runFields),
      ...kinds.flatMap((kind, index) => drawSection(KINDS[kind], found[index])),
    );
    this.show();
  }

  async fetchNames(kind) {
    const search = this.search.value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const params = new URLSearchParams({ search, kind });
    for (const name of [this.store.state.exp ?? [], this.store.fixed.exp ?? []].flat())
      params.append("exp", name);
    const response = await fetch(`${this.names}?${params}`);
    const { sections } = response.ok ? await response.json() : { sections: [] };
    return sections.flatMap((section) => section.names);
  }
}

function drawSection(title, fields) {
  if (!fields.length) return [];
  const rows = fields.map(({ id, label }) => {
    const row = element("label");
    row.append(
      element("input", { type: "checkbox", value: id }),
      element("span", { textContent: label }, "clip"),
    );
    return row;
  });
  return [element("h3", { textContent: title }), ...rows];
}

const shortName = (id) => id.replace(/^\w+\./, "");
