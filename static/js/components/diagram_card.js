// A card with a metric that is more than a line of numbers. It asks when it comes into view.

import { CHOICES, DRAW } from "./charts/diagrams.js";
import { drawTable } from "./outputs/previews.js";
import { drawPlot } from "./plotly.js";
import { fetchJson } from "./requests.js";

export class DiagramCard {
  constructor(key, form, address) {
    Object.assign(this, { key, form, address, step: null, choice: CHOICES[form]?.[0][0] });
    this.element = make("section", "card metric-card diagram-card");
    this.element.setAttribute("aria-label", key);
    const head = make("header", "card-head");
    head.append(make("h3", "", key), ...this.choices());
    this.steps = make("select");
    this.steps.hidden = true;
    this.steps.setAttribute("aria-label", `Step of ${key}`);
    this.steps.addEventListener("change", () => this.load(this.steps.value));
    head.append(this.steps);
    this.plot = make("div", "plot");
    this.foot = make("p", "card-foot");
    this.element.append(head, this.plot, this.foot);
    this.views = new IntersectionObserver(
      ([entry]) => entry.isIntersecting && !this.answer && this.load(),
      { rootMargin: "200px" },
    );
    this.views.observe(this.element);
  }

  choices() {
    const choices = CHOICES[this.form];
    if (!choices) return [];
    const select = make("select");
    select.setAttribute("aria-label", `What is shown of ${this.key}`);
    select.append(
      ...choices.map(([value, label]) => Object.assign(make("option", "", label), { value })),
    );
    select.addEventListener("change", () => {
      this.choice = select.value;
      this.draw();
    });
    return [select];
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
    this.steps.replaceChildren(
      ...steps.map((one) =>
        Object.assign(make("option", "", `step ${one}`), { value: one, selected: one === step }),
      ),
    );
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

function make(tag, className = "", textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}
