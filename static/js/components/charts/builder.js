// Add chart: a panel whose fields shape a chart, with a live preview over the runs on the page.

import { AGGREGATES, makeSpec, SCALES, TYPES, titleOf, X_AXES } from "../../lib/chart_spec.js";
import { SMOOTHINGS } from "../../lib/smoothing.js";
import { BANDS } from "../../lib/statistics.js";
import { erasePlot } from "../plotly.js";
import { fetchJson } from "../requests.js";
import { makeChart } from "./kinds.js";

const PREVIEW_DELAY_MS = 150;

/** The panel `<dialog>`; `open(spec, done)` calls `done` with the finished spec. */
export class ChartBuilder {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.preview = dialog.querySelector("[data-preview]");
    this.problem = dialog.querySelector("[data-problem]");
    this.fillSelects();
    this.form.addEventListener("input", (event) => {
      if (event.target.name === "smoothing") this.resetAmount();
      this.changed();
    });
    this.form.addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("close", () => this.clearPreview());
  }

  fillSelects() {
    fill(this.field("type"), TYPES);
    fill(this.field("xScale"), Object.fromEntries(SCALES.slice(0, 2).map((name) => [name, name])));
    fill(this.field("yScale"), Object.fromEntries(SCALES.map((name) => [name, name])));
    fill(
      this.field("smoothing"),
      Object.fromEntries(Object.entries(SMOOTHINGS).map(([name, { label }]) => [name, label])),
    );
    fill(this.field("band"), BANDS);
    fill(
      this.field("aggregate"),
      Object.fromEntries(AGGREGATES.map((name) => [name, name === "best" ? "at best" : name])),
    );
  }

  field(name) {
    return this.form.elements[name];
  }

  /** `strip` gives runs and addresses; names of metrics and fields complete the inputs. */
  attach(strip) {
    this.strip = strip;
    const options = this.dialog.querySelector("#chart-metrics");
    options.replaceChildren(...strip.names.map((name) => new Option(name)));
  }

  async open(spec, done) {
    this.done = done;
    this.base = spec;
    this.write(spec);
    this.dialog.querySelector("[data-submit]").textContent = spec.y.length ? "Apply" : "Add chart";
    this.dialog.showModal();
    this.changed();
    await this.loadFields();
  }

  /** Parameters, tags and metrics that may stand on the x axis or group runs. */
  async loadFields() {
    const params = new URLSearchParams({ search: "" });
    for (const name of this.strip.store.state.exp ?? []) params.append("exp", name);
    const answer = await fetchJson(`${this.dialog.dataset.names}?${params}`);
    const idsOf = (kind) =>
      (answer.sections?.find((one) => one.kind === kind)?.names ?? []).map(({ id }) => id);
    const groups = [...idsOf("params"), ...idsOf("tags")];
    this.dialog
      .querySelector("#chart-groups")
      .replaceChildren(...groups.map((id) => new Option(id)));
    const metrics = this.strip.names.map((name) => `metrics.${name}`);
    const axes = [...idsOf("params"), ...metrics, ...idsOf("tags")];
    const built = Object.entries(X_AXES).map(([id, label]) => new Option(label, id));
    this.dialog
      .querySelector("#chart-axes")
      .replaceChildren(
        ...built,
        new Option("Created", "run.created"),
        ...axes.map((id) => new Option(id)),
      );
  }

  write(spec) {
    const lists = { y: spec.y.join(", "), right: spec.right.join(", ") };
    const ranges = {
      xRange: (spec.xRange ?? []).join(" … "),
      yRange: (spec.yRange ?? []).join(" … "),
    };
    for (const [name, value] of Object.entries({ ...spec, ...lists, ...ranges })) {
      const field = this.field(name);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = value;
      else field.value = value ?? "";
    }
  }

  read() {
    const text = (name) => this.field(name).value.trim();
    const smoothing = text("smoothing");
    return makeSpec({
      ...this.base,
      type: text("type"),
      y: names(text("y"), this.strip.names),
      right: names(text("right"), this.strip.names),
      match: text("match"),
      x: text("x") || "step",
      aggregate: text("aggregate"),
      smoothing,
      amount: smoothing === "none" ? null : Number(text("amount")) || SMOOTHINGS[smoothing].value,
      xScale: text("xScale"),
      yScale: text("yScale"),
      xRange: range(text("xRange")),
      yRange: range(text("yRange")),
      clip: this.field("clip").checked,
      group: text("group"),
      center: text("center"),
      band: text("band"),
      members: this.field("members").checked,
      title: text("title"),
    });
  }

  changed() {
    const spec = this.read();
    this.form.dataset.type = spec.type;
    this.form.dataset.grouped = String(Boolean(spec.group));
    this.showAmount(spec);
    this.dialog.querySelector("[data-title]").textContent = titleOf(spec);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(spec), PREVIEW_DELAY_MS);
  }

  /** Another kind of smoothing begins with its usual amount. */
  resetAmount() {
    const kind = SMOOTHINGS[this.field("smoothing").value];
    Object.assign(this.field("amount"), {
      min: kind.min ?? 0,
      max: kind.max ?? 1,
      step: kind.step ?? 0.1,
    });
    this.field("amount").value = kind.value ?? 0;
  }

  showAmount({ smoothing, amount }) {
    const field = this.field("amount");
    field.disabled = smoothing === "none";
    const { min, max, step } = SMOOTHINGS[smoothing];
    Object.assign(field, { min: min ?? 0, max: max ?? 1, step: step ?? 0.1 });
    if (smoothing !== "none") field.value = amount;
    this.dialog.querySelector("[data-amount]").textContent = smoothing === "none" ? "" : amount;
  }

  async show(spec) {
    this.clearPreview();
    this.problem.textContent = problemOf(spec);
    if (this.problem.textContent) return;
    const plot = document.createElement("div");
    plot.className = "plot";
    this.preview.append(plot);
    try {
      await makeChart(plot, spec, {
        ...this.strip.contextOf(null),
        onZoom() {},
        onHover() {},
      }).show();
    } catch (error) {
      this.problem.textContent = error.message;
    }
  }

  clearPreview() {
    for (const plot of this.preview.querySelectorAll(".plot")) erasePlot(plot);
    this.preview.replaceChildren();
  }

  submit(event) {
    event.preventDefault();
    const spec = this.read();
    const problem = problemOf(spec);
    this.problem.textContent = problem;
    if (problem) return;
    this.dialog.close();
    this.done(spec);
  }
}

function problemOf(spec) {
  if (spec.match) {
    try {
      new RegExp(spec.match);
    } catch {
      return "The pattern is not a regular expression.";
    }
  }
  if (!spec.y.length && !spec.match) return "Choose at least one metric, or a pattern of names.";
  if (spec.type === "line" && !(spec.x in X_AXES) && !/^metrics\../.test(spec.x))
    return `The x axis of lines is ${Object.keys(X_AXES).join(", ")} or a metric, as in metrics.epoch.`;
  if (spec.type === "parallel" && spec.y.length + spec.right.length < 2 && !spec.match)
    return "Choose at least two columns, such as params.lr and loss.";
  return "";
}

/** Names separated by commas; a known name that holds a comma itself is kept whole. */
function names(text, known) {
  if (!text) return [];
  if (known.includes(text)) return [text];
  return [
    ...new Set(
      text
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  ];
}

function range(text) {
  const numbers = text.match(/-?\d[\d.]*(?:e[+-]?\d+)?/gi)?.map(Number) ?? [];
  return numbers.length === 2 && numbers[0] < numbers[1] ? numbers : null;
}

function fill(select, options) {
  select.replaceChildren(
    ...Object.entries(options).map(([value, label]) => new Option(label, value)),
  );
}
