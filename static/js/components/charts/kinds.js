// Which module draws which type of chart. A new type is one line here and one module.

import { LineChart } from "./line_chart.js";
import { ParallelChart } from "./parallel_chart.js";
import { SummaryChart } from "./summary_chart.js";

const KINDS = {
  line: LineChart,
  bar: SummaryChart,
  scatter: SummaryChart,
  box: SummaryChart,
  histogram: SummaryChart,
  parallel: ParallelChart,
};

/** The chart of a spec inside `root`; call `show()`, then `refresh()` as points arrive. */
export function makeChart(root, spec, context) {
  return new KINDS[spec.type](root, spec, context);
}
