// Best by: the metric that decides which step of a run is best. The button names it; choosing one
// shows its columns and puts the best run first.

import { element } from "../../lib/element.js";
import { latest } from "../../lib/latest.js";
import { formatSort } from "../../lib/url_state.js";
import { fetchJson } from "../requests.js";
import { columnsOfGoal, goalWords, readGoal } from "./goals.js";
import { literalPattern, scopeParams } from "./names.js";

const SEARCH_DELAY_MS = 150;

/** Wires the menu of one run table; `names` is the address of the names there are. */
export class GoalMenu {
  constructor(menu, store, chosen, names) {
    Object.assign(this, { menu, store, chosen, names });
    this.form = menu.querySelector("form");
    this.label = menu.querySelector("[data-label]");
    const { key, direction } = this.form.elements;
    Object.assign(this, { key, direction });
    this.find = latest((search) => this.fetchNames(search));
    key.addEventListener("input", () => this.typed());
    menu.addEventListener("toggle", () => {
      if (!menu.open) return;
      key.focus();
      this.offer();
    });
    this.form.addEventListener("change", () => key.value.trim() && this.choose());
    this.form.addEventListener("submit", (event) => this.submit(event));
    menu.querySelector("[data-stop]").addEventListener("click", () => this.stop());
    store.addEventListener("state", () => this.show());
    this.show();
  }

  show() {
    const goal = readGoal(this.store.state.goal);
    this.direction.value = goal?.direction ?? "min";
    this.key.value = goal?.key ?? "";
    this.label.textContent = goal ? `Best by: ${goalWords(goal)}` : "Best by";
    this.menu.classList.toggle("in-use", Boolean(goal));
    this.menu.querySelector("[data-stop]").hidden = !goal;
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.offer(), SEARCH_DELAY_MS);
  }

  fetchNames(search) {
    const params = scopeParams(this.store, { search, kind: "metrics" });
    return fetchJson(`${this.names}?${params}`).catch(() => null);
  }

  /** The metrics whose names hold what was typed. */
  async offer() {
    const answer = await this.find(literalPattern(this.key.value.trim()));
    if (!answer) return;
    const { names = [], total = 0 } = answer.sections[0] ?? {};
    const { direction } = names.find(({ label }) => label === this.key.value.trim()) ?? {};
    if (direction && !this.store.state.goal) this.direction.value = direction;
    this.key.list.replaceChildren(...names.map(({ label }) => element("option", { value: label })));
    const more = total - names.length;
    this.menu.querySelector("[data-more]").textContent = more
      ? `${more.toLocaleString("en-US")} more metrics. Type part of a name to find them.`
      : "";
  }

  submit(event) {
    event.preventDefault();
    this.menu.open = false;
    this.menu.querySelector("summary").focus();
  }

  /** One step: the goal, the columns that show it, the best run first. */
  choose() {
    const goal = { direction: this.direction.value, key: this.key.value.trim() };
    const text = `${goal.direction}:${goal.key}`;
    if (text === this.store.state.goal) return;
    const [best, ...others] = columnsOfGoal(goal, this.chosen.ids);
    const sort = formatSort([{ column: best, descending: goal.direction === "max" }]);
    this.chosen.add([best, ...others], { goal: text, sort });
  }

  stop() {
    const without = this.chosen.ids.filter((id) => !/^metrics\..*\.best$/s.test(id));
    this.menu.open = false;
    this.chosen.set(without, { goal: undefined, sort: undefined });
  }
}
