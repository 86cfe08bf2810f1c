// Compare: the legend with its search, and what the tabs Logs and Curves draw.

import { startCurves } from "../components/compare/curves.js";
import { startLegendRows } from "../components/compare/legend_rows.js";
import { startLogs } from "../components/compare/logs.js";
import { startFindingRun } from "../components/run_finder.js";

const start = (selector, begin) => {
  const root = document.querySelector(selector);
  if (root) begin(root);
};

function add(compared, id) {
  const query = new URLSearchParams(location.search);
  query.set("runs", [...compared, id].join(","));
  query.delete("of");
  location.search = query.toString().replaceAll("%2C", ",");
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
});
start("[data-add-run]", (form) => {
  const without = form.elements.runs.value.split(",");
  startFindingRun(form, { without, choose: (id) => add(without, id) });
});
start("[data-legend]", startLegendRows);
start("[data-log-sides]", startLogs);
start("[data-curves]", startCurves);
