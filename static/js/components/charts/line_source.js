// Which curves a line chart asks for: those of the first runs of the page, or, where some of these
// have no data, of the first runs that have some.

import { fetchJson } from "../requests.js";

// Where many curves share a chart, each has fewer points. Its least and greatest values stay.
const POINTS_OF_ALL = 40_000;
const FEWEST_POINTS = 100;
const NOTHING = { curves: [], stamp: "" };

/** The curves of `chart`, as the studio has them. */
export class LineSource {
  constructor(chart) {
    this.chart = chart;
    // The runs among which those with data are drawn; null: the first runs are drawn.
    this.further = null;
  }

  /** The runs that are drawn. */
  get runs() {
    const { context, curves } = this.chart;
    if (!this.further) return context.runs();
    const having = new Set(curves.map(({ run }) => run));
    return this.further.filter(({ id }) => having.has(id));
  }

  /** Ask for everything anew: {answer, further}. */
  async read() {
    const { context } = this.chart;
    const runs = context.runs();
    const answer = await this.ask(runs);
    const having = new Set(answer.curves.map(({ run }) => run));
    const further = having.size < runs.length ? (context.further?.() ?? []) : [];
    if (further.length <= runs.length) return { answer, further: null };
    return { answer: await this.ask(further, { most: runs.length }), further };
  }

  /** Ask what is new since the answer with `since`; null where nothing is. */
  refresh(since) {
    const runs = this.chart.context.runs();
    if (!this.further) return this.ask(runs, { since });
    return this.ask(this.further, { most: runs.length, since });
  }

  async ask(runs, extra = {}) {
    const { spec, keys, range, context, pixels } = this.chart;
    if (!keys.length || !runs.length) return NOTHING;
    this.pixels = pixels;
    const fair = POINTS_OF_ALL / ((extra.most ?? runs.length) * keys.length);
    const px = Math.round(Math.min(pixels, Math.max(FEWEST_POINTS, fair)));
    const params = new URLSearchParams({ x: spec.x, px: String(px), ...extra });
    keys.forEach((key) => params.append("key", key));
    params.set("runs", runs.map((run) => run.id).join(","));
    if (range) params.set("range", range.join(","));
    return fetchJson(`${context.series}?${params}`);
  }
}
