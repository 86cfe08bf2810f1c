// A line chart over many runs: points from the server for the range and width on screen, smoothed,
// grouped and drawn. Zooming asks for the new range at full resolution.

import { metricsOf } from "../../lib/chart_spec.js";
import { nearestIndex, nearestX } from "../../lib/curves.js";
import { drawNothing, drawPlot, leftOf, light, topOf, watchSize, xAt } from "../plotly.js";
import { fromAxis, layoutLines } from "./line_axes.js";
import { decodeCurves, joinGroups, keysOf, prepareCurve } from "./line_curves.js";
import { LineSource } from "./line_source.js";
import { tracesOf } from "./line_traces.js";
import { notesOf, whyEmpty } from "./line_words.js";
import { listenToPointer } from "./pointer.js";

const REFETCH_DELAY_MS = 120;

/**
 * Draws one spec into `root`. `context` gives `series` (address), `runs()` -> [{id, name, number,
 * cells…}], `further()` -> the runs to look among where some of these have no data, `onRuns(runs)`
 * (those drawn then, else null), `names()` -> metric names, `groupOf(run, field)`, `onZoom(range)`, `onHover(place)`, `bands(spec)` (shapes behind the lines).
 */
export class LineChart {
  constructor(root, spec, context) {
    Object.assign(this, { root, spec, context, curves: [], drawn: [], shown: [] });
    this.source = new LineSource(this);
    this.range = context.range?.(spec) ?? spec.xRange;
    Object.assign(this, { generation: 0, resets: 0 });
    this.listen();
    watchSize(root, () => this.resized());
  }

  async show() {
    this.generation += 1;
    const { generation } = this;
    const { group } = this.spec;
    const [{ answer, further }] = await Promise.all([
      this.source.read(),
      group && this.context.loadGroup(group),
    ]);
    if (group && further) await this.context.loadGroup(group, further);
    if (generation !== this.generation || !this.root.isConnected) return;
    this.source.further = further;
    await this.take(answer);
  }

  /** Ask whether points were added; keeps zoom, hover and the rest of what the reader has done. */
  async refresh() {
    if (!this.stamp) return;
    const { generation } = this;
    const answer = await this.source.refresh(this.stamp);
    if (answer && generation === this.generation) await this.take(answer);
  }

  async take(answer) {
    if (answer) {
      this.curves = decodeCurves(answer);
      this.stamp = answer.stamp;
    }
    this.context.onRuns?.(this.source.further && this.source.runs);
    await this.draw();
  }

  /** The metrics asked for, those of the right axis last. */
  get keys() {
    return [...new Set([...metricsOf(this.spec, this.context.names()), ...this.spec.right])];
  }

  get pixels() {
    return Math.max(100, Math.round(this.root.clientWidth - 56));
  }

  /** More points where the chart has become much wider. */
  resized() {
    const { pixels: asked } = this.source;
    if (!this.stamp || Math.abs(this.pixels - asked) < asked / 5) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), REFETCH_DELAY_MS);
  }

  // -- drawing ------------------------------------------------------------------------------------

  /** Draw what there is, by the spec and the colours of now. */
  async draw() {
    const runs = new Map(this.source.runs.map((run) => [run.id, run]));
    const drawn = this.curves.filter((curve) => runs.has(curve.run));
    const keys = keysOf(drawn);
    this.drawn = drawn;
    const curves = drawn.map((one) => prepareCurve(one, runs.get(one.run), this.spec, keys));
    this.shown = this.spec.group ? this.join(curves, keys) : curves;
    this.absent = [...runs.keys()].filter((id) => !curves.some((curve) => curve.run === id)).length;
    const { layout, beyond } = layoutLines(this.shown, this.spec, this.range, this.resets);
    this.beyond = beyond;
    layout.shapes = this.context.bands?.(this.spec) ?? [];
    const words = whyEmpty(this, this.context.runs().length);
    if (words) return drawNothing(this.root, words);
    const traces = this.shown.flatMap((curve, i) => tracesOf(curve, this.spec, `c${i}`));
    await drawPlot(this.root, traces, layout, {
      plotly_relayout: (change) => this.zoomed(change),
      plotly_doubleclick: () => this.zoom(null),
    });
    return this.light(this.lit);
  }

  join(curves, keys) {
    const { groupOf, hueOf } = this.context;
    return joinGroups(curves, this.spec, keys, {
      groupOf: (run) => groupOf(run, this.spec.group),
      hueOf,
    });
  }

  /** What the picture does not show, in words. */
  notes() {
    return notesOf(this);
  }

  /** Does a line say more than its colour does: of which metric or group it is? */
  get isMixed() {
    return this.shown.length > 1 && (this.spec.group || keysOf(this.shown).length > 1);
  }

  /** The lines as a legend lists them. */
  legend() {
    return this.shown.map(({ series, name, label, key, run, dash }) => ({
      series,
      name,
      label,
      metric: label === name ? null : key,
      run,
      dash,
    }));
  }

  /** Let the lines of a run stand out; null: all are alike. */
  light(run) {
    this.lit = run;
    const uids = this.shown.flatMap((curve, i) => (curve.run === run ? [`c${i}`] : []));
    light(this.root, uids);
  }

  // -- the pointer --------------------------------------------------------------------------------

  listen() {
    const { context } = this;
    listenToPointer(this.root, {
      moved: (place) => context.onHover?.(this.near(place), this),
      clicked: (place) => this.near(place) && context.onPin?.(this.near(place), this),
    });
  }

  /** The x of the points nearest to a place of the pointer, and how far down that is. */
  near(place) {
    const x = place && nearestX(this.shown, xAt(this.root, place.left));
    return x === null ? null : { x, top: place.top };
  }

  /** How far right x stands in `root`, and the values there as [{curve, value}]: those nearest to
   * `top` first, or from the highest to the lowest. */
  valuesAt(x, top = null) {
    const found = this.shown.flatMap((curve) => {
      const i = nearestIndex(curve.x, x);
      const value = i < 0 ? NaN : curve.smoothed[i];
      if (!Number.isFinite(value)) return [];
      const axis = this.spec.right.includes(curve.key) ? "yaxis2" : "yaxis";
      return [{ curve, value, top: topOf(this.root, curve.plotted[i], axis) }];
    });
    const order =
      top === null
        ? (a, b) => b.value - a.value
        : (a, b) => Math.abs(a.top - top) - Math.abs(b.top - top);
    return { left: leftOf(this.root, x), values: found.sort(order) };
  }

  // -- zoom ---------------------------------------------------------------------------------------

  zoomed(change) {
    const low = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
    const high = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
    if (low === undefined) return;
    this.zoom([low, high].map((value) => fromAxis(value, this.spec)));
  }

  /** Show `range` of x (null: everything), here and in the linked charts. */
  zoom(range, { linked = true } = {}) {
    this.range = range;
    if (!range) this.resets += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), REFETCH_DELAY_MS);
    if (linked) this.context.onZoom?.(range, this);
  }
}
