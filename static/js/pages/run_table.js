// Starts the run tables of a page and, where the page has them, the charts over them.

import { ChartBuilder } from "../components/charts/builder.js";
import { ChartStrip } from "../components/charts/strip.js";
import { onKey } from "../components/keyboard.js";
import { BulkBar } from "../components/run_table/bulk_bar.js";
import { ColumnsPanel } from "../components/run_table/columns_panel.js";
import { startControls } from "../components/run_table/controls.js";
import { ExportDialog } from "../components/run_table/export_dialog.js";
import { startFilterChips } from "../components/run_table/filter_chips.js";
import { GoalMenu } from "../components/run_table/goal_menu.js";
import { GroupMenu } from "../components/run_table/group_menu.js";
import { RunTable } from "../components/run_table/index.js";
import { startMemory } from "../components/run_table/memory.js";
import { QueryBox } from "../components/run_table/query_box.js";
import { startRowLight } from "../components/run_table/row_light.js";
import { ViewsMenu } from "../components/run_table/views_menu.js";

for (const root of document.querySelectorAll("[data-run-table]")) start(root);

function start(root) {
  const table = new RunTable(root);
  const { store, chosen } = table;
  const find = (name) => root.querySelector(`[data-${name}]`);
  const { names } = find("columns-panel").dataset;
  startControls(root, store);
  startFilterChips(root, store);
  const query = new QueryBox(find("query"), store);
  const columns = new ColumnsPanel(find("columns-panel"), store, chosen);
  const bulk = new BulkBar(find("bulk-bar"), store);
  const group = new GroupMenu(find("group-menu"), store, names);
  new GoalMenu(find("goal-menu"), store, chosen, names);
  new ViewsMenu(root, store);
  startMemory(root, store);
  find("edit-columns").addEventListener("click", () => columns.open());
  const onScreen = () => table.visibleRuns();
  const exporting = new ExportDialog(find("export-dialog"), store, chosen, onScreen);
  find("export-button").addEventListener("click", () => exporting.downloadCsv());
  find("export-options").addEventListener("click", () => exporting.open());
  onKey("e", () => columns.open());
  onKey("b", () => group.open());
  onKey("f", () => query.input.focus());
  onKey("v", () => find("views").click());
  onKey("c", () => store.selection.size > 1 && bulk.compare());
  if (find("charts")) startCharts(root, table);
  root.dataset.ready = "1";
}

function startCharts(root, table) {
  const builder = new ChartBuilder(root.querySelector("[data-chart-builder]"));
  const strip = new ChartStrip(root.querySelector("[data-charts]"), table.store, builder);
  builder.attach(strip);
  root.querySelectorAll("[data-add-chart]").forEach((button) => {
    button.addEventListener("click", () => strip.list.add());
  });
  startRowLight(root, table.store);
  onKey("a", () => strip.list.add());
}
