// Compare: the legend with its search, and what the tabs Logs and Curves draw.

import { startAddingRuns } from "../components/compare/add_run.js";
import { startCurves } from "../components/compare/curves.js";
import { startLogs } from "../components/compare/logs.js";

const start = (selector, begin) => {
  const root = document.querySelector(selector);
  if (root) begin(root);
};

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
});
start("[data-add-run]", startAddingRuns);
start("[data-log-sides]", startLogs);
start("[data-curves]", startCurves);
