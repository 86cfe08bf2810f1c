// A card with a metric that is more than a line of numbers. It asks when it comes into view.

import { element } from "../lib/element.js";
import { CHOICES, DRAW } from "./charts/diagrams.js";
import { drawTable } from "./outputs/previews.js";
import { drawPlot } from "./plotly.js";
import { fetchJson } from "./requests.js";

export class DiagramCard {
  constructor(key, form, address) {
    Object.assign(this, { key, form, address, step: null, choice: CHOICES[form]?.[0][0] });
    this.steps = element("select", {
      "aria-label": `Step of ${key}`,
      hidden: true,
      onchange: () => this.load(this.steps.value),
    });
    const title = element("h3", {}, key);
    const head = element("header", { class: "card-head" }, title, this.choices(), this.steps);
    this.plot = element("div", { class: "plot" });
    this.foot = element("p", { class: "card-foot" });
    const settings = { class: "card metric-card diagram-card", "aria-label": key };
    this.element = element("section", settings, head, this.plot, this.foot);
    this.views = new IntersectionObserver(
      ([entry]) => entry.isIntersecting && !this.answer && this.load(),
      { rootMargin: "200px" },
    );
    this.views.observe(this.element);
  }

  /** The menu of what the diagram can show; null where there is one thing only. */
  choices() {
    const choices = CHOICES[this.form];
    if (!choices) return null;
    const options = choices.map(([value, label]) => element("option", { value }, label));
    const onchange = ({ target }) => {
      this.choice = target.value;
      this.draw();
    };
    const label = `What is shown of ${this.key}`;
    return element("select", { "aria-label": label, onchange }, ...options);
  }

  async load(step = "") {
    const query = new URLSearchParams({ key: this.key, form: this.form, step });
    try {
      this.answer = await fetchJson(`${this.address}?${query}`);
      this.tellSteps();
      await this.draw();
    } catch (error) {
      this.foot.textContent = error.message;
    }
  }

  tellSteps() {
    const { steps = [], step } = this.answer;
    this.steps.hidden = steps.length < 2;
    const options = steps.map((value) =>
      element("option", { value, selected: value === step }, `step ${value}`),
    );
    this.steps.replaceChildren(...options);
  }

  async draw() {
    if (!this.answer) return;
    if (this.answer.more)
      this.foot.textContent = `The first ${this.answer.rows.length.toLocaleString("en-US")} rows.`;
    if (!DRAW[this.form]) {
      this.plot.replaceChildren(drawTable(this.answer));
      return;
    }
    const { traces, layout } = DRAW[this.form](this.answer, this.choice);
    await drawPlot(this.plot, traces, { ...layout, uirevision: this.choice ?? "kept" });
  }

  /** The metric has `n` values now. */
  grown(n) {
    if (this.n !== undefined && this.n !== n && this.answer) this.load(this.steps.value);
    this.n = n;
  }
}
