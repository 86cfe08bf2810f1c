// Charts of one value per run and metric, as the run table has it: bar, scatter, box, histogram.

import { metricsOf } from "../../lib/chart_spec.js";
import { metricColumn } from "../../lib/metric_ids.js";
import { splitList } from "../../lib/url_state.js";
import { drawNothing, drawPlot, watchSize } from "../plotly.js";
import { xColumn } from "./summary_axes.js";
import { bars, boxes, histograms, points } from "./summary_kinds.js";

const DRAW = { bar: bars, scatter: points, box: boxes, histogram: histograms };

/** The columns a summary chart reads for its runs. */
export function columnsOf(spec, names) {
  const metrics = metricsOf(spec, names).map((key) => metricColumn(key, spec.aggregate));
  const x = spec.type === "scatter" && spec.x.includes(".") ? [xColumn(spec)] : [];
  return [...new Set([...metrics, ...x, ...splitList(spec.group)])];
}

/** Draws a bar, scatter, box or histogram chart. `context.values(columns)` reads the table. */
export class SummaryChart {
  constructor(root, spec, context) {
    Object.assign(this, { root, spec, context, takesAll: true, rows: [] });
    watchSize(root, () => spec.type === "bar" && this.rows.length && this.draw());
  }

  async show() {
    await this.take(await this.read());
  }

  read() {
    return this.context.values(columnsOf(this.spec, this.context.names()));
  }

  /** Draw anew only what has changed: somebody may be brushing. */
  async refresh() {
    const before = JSON.stringify(this.rows);
    const rows = await this.read();
    if (JSON.stringify(rows) !== before) await this.take(rows);
  }

  async take(rows) {
    this.rows = rows;
    if (this.root.isConnected) await this.draw();
  }

  async draw() {
    const keys = metricsOf(this.spec, this.context.names());
    const { clientHeight: height, clientWidth: width } = this.root;
    const room = { height, width, hueOf: this.context.hueOf };
    const { traces, layout, beyond, left } = DRAW[this.spec.type](this.rows, keys, this.spec, room);
    this.beyond = beyond;
    const counts = traces.map(({ y }) => y.length);
    const drawn = Math.max(0, ...counts);
    this.left = left ?? this.countLeft(keys);
    if (!drawn)
      return drawNothing(
        this.root,
        this.rows.length ? "No data for these runs." : "No runs to draw.",
      );
    return drawPlot(this.root, traces, layout, {
      plotly_selected: (event) =>
        event?.points && this.context.onBrush(event.points.map((point) => point.customdata)),
    });
  }

  /** How many runs have no number to draw. */
  countLeft(keys) {
    const columns = keys.map((key) => metricColumn(key, this.spec.aggregate));
    const has = ({ values }) =>
      columns.some((column) => values[column] !== null && Number.isFinite(Number(values[column])));
    return this.rows.filter((row) => !has(row)).length;
  }

  /** What the picture does not show, in words. */
  notes() {
    const notes = [`${this.rows.length.toLocaleString("en-US")} runs`];
    if (this.left) notes.push(`${this.left.toLocaleString("en-US")} without a number`);
    return notes;
  }
}
