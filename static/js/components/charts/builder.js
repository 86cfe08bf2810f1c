// Add chart: a panel whose fields shape a chart, with a live preview over the runs on the page.

import { makeSpec, titleOf, X_AXES } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { drawNothing, erasePlot } from "../plotly.js";
import { readAmount, resetAmount, showAmount } from "./builder_amount.js";
import { fillSelects } from "./builder_choices.js";
import { readNames } from "./builder_names.js";
import { offerCounters, suggestMetrics } from "./builder_suggestions.js";
import { makeChart } from "./kinds.js";
import { Picker } from "./picker.js";
import { missingOf, problemOf } from "./spec_problems.js";

const PREVIEW_DELAY_MS = 150;

/** The panel `<dialog>`; `open(spec, done)` calls `done` with the finished spec. */
export class ChartBuilder {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.preview = dialog.querySelector("[data-preview]");
    this.problem = dialog.querySelector("[data-problem]");
    fillSelects(this.form.elements);
    const several = (name) => new Picker(this.field(name), { several: true });
    const one = (name) => new Picker(this.field(name));
    this.pickers = { y: several("y"), right: several("right"), x: one("x"), group: one("group") };
    this.form.addEventListener("input", (event) => {
      if (event.target.name === "smoothing") resetAmount(this.form.elements);
      this.changed();
    });
    this.form.addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("close", () => this.clearPreview());
  }

  field(name) {
    return this.form.elements[name];
  }

  /** `strip` gives runs and addresses. */
  attach(strip) {
    this.strip = strip;
  }

  async open(spec, done) {
    this.done = done;
    this.base = spec;
    this.offer([], []);
    this.write(spec);
    const { first, known } = this.strip.names;
    if (missingOf(spec)) this.pickers.y.suggest(suggestMetrics(first, known));
    offerCounters(this.dialog.querySelector("[data-counters]"), known, (value) =>
      this.pickers.x.choose(value),
    );
    this.dialog.querySelector("[data-submit]").textContent = spec.y.length ? "Apply" : "Add chart";
    this.dialog.showModal();
    this.changed();
    await this.loadFields();
  }

  /** Parameters and tags may stand on the x axis or group runs. Of very many metrics the page knows
   * those that people look at most. */
  async loadFields() {
    const { store, names } = this.strip;
    const isCut = names.total > names.known.length;
    const kinds = ["params", "tags", ...(isCut ? ["metrics"] : [])];
    const found = await readNames(this.dialog.dataset.names, store, kinds);
    this.offer(found.params, found.tags, found.metrics);
  }

  /** Fill the lists of the pickers, all of plain names; what is chosen stays. */
  offer(params, tags, others = []) {
    const { y, x, group } = this.pickers;
    const known = new Set([...this.strip.names.known, ...others.map(({ label }) => label)]);
    const metrics = [...known].map((name) => ({ value: name, label: name, note: "" }));
    const onAxis = metrics.map(({ label }) => ({
      value: `metrics.${label}`,
      label,
      note: "metric",
    }));
    const noted = (names, note) => names.map(({ id, label }) => ({ value: id, label, note }));
    const fields = [...noted(params, "parameter"), ...noted(tags, "tag")];
    const built = Object.entries(X_AXES).map(([value, label]) => ({ value, label, note: "" }));
    const created = { value: "run.created", label: "Created", note: "" };
    const values = [x.value, group.value];
    y.options = metrics;
    this.rightOptions = { line: metrics, parallel: [...fields, ...onAxis] };
    this.offerRight();
    x.options = [...built, created, ...onAxis, ...fields];
    group.options = fields;
    [x.value, group.value] = values;
  }

  offerRight() {
    this.pickers.right.options = this.rightOptions[this.field("type").value] ?? [];
  }

  write(spec) {
    const ranges = {
      xRange: (spec.xRange ?? []).join(" … "),
      yRange: (spec.yRange ?? []).join(" … "),
    };
    for (const [name, value] of Object.entries({ ...spec, ...ranges })) {
      if (name in this.pickers) {
        this.pickers[name].value = value;
        continue;
      }
      const field = this.field(name);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = value;
      else field.value = value ?? "";
    }
  }

  read() {
    const text = (name) => this.field(name).value.trim();
    return makeSpec({
      ...this.base,
      type: text("type"),
      y: this.pickers.y.value,
      right: this.pickers.right.value,
      match: text("match"),
      x: this.pickers.x.value || "step",
      aggregate: text("aggregate"),
      smoothing: text("smoothing"),
      amount: readAmount(this.form.elements),
      xScale: text("xScale"),
      yScale: text("yScale"),
      xRange: range(text("xRange")),
      yRange: range(text("yRange")),
      clip: this.field("clip").checked,
      group: this.pickers.group.value,
      center: text("center"),
      band: text("band"),
      members: this.field("members").checked,
      title: text("title"),
    });
  }

  changed() {
    this.offerRight();
    const spec = this.read();
    for (const part of this.form.querySelectorAll("[data-for]"))
      part.hidden = !part.dataset.for.split(" ").includes(spec.type);
    for (const part of this.form.querySelectorAll("[data-grouped]")) part.hidden ||= !spec.group;
    showAmount(this.field("amount"), this.dialog.querySelector("[data-amount]"), spec);
    const isNamed = spec.title || spec.y.length || spec.match;
    this.dialog.querySelector("[data-title]").textContent = isNamed ? titleOf(spec) : "Add chart";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(spec), PREVIEW_DELAY_MS);
  }

  async show(spec) {
    this.clearPreview();
    this.problem.textContent = problemOf(spec);
    if (this.problem.textContent) return;
    const plot = element("div", { class: "plot" });
    this.preview.append(plot);
    if (missingOf(spec)) return drawNothing(plot, missingOf(spec));
    try {
      await makeChart(plot, spec, {
        ...this.strip.contextOf(null),
        onZoom() {},
        onHover() {},
      }).show();
    } catch (error) {
      this.problem.textContent = error.message;
    }
    return undefined;
  }

  clearPreview() {
    for (const plot of this.preview.querySelectorAll(".plot")) erasePlot(plot);
    this.preview.replaceChildren();
  }

  submit(event) {
    event.preventDefault();
    const spec = this.read();
    const problem = problemOf(spec) || missingOf(spec);
    this.problem.textContent = problem;
    if (problem) return;
    this.dialog.close();
    this.done(spec);
  }
}

function range(text) {
  const numbers = text.match(/-?\d[\d.]*(?:e[+-]?\d+)?/gi)?.map(Number) ?? [];
  return numbers.length === 2 && numbers[0] < numbers[1] ? numbers : null;
}
