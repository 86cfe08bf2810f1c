// The panes of the tab Snapshot: a file of this run, a file of the other run, and the changes.

import { element } from "../../lib/element.js";
import { FilePane } from "../outputs/file_pane.js";
import { DiffPane } from "./diff_pane.js";

/** Make `mine` and, where two runs are compared, `other` and `diff`; all are hidden at first. */
export function makePanes(root) {
  const template = root.querySelector("template");
  const other = root.querySelector("[data-other]");
  const panes = { mine: new FilePane(template, root.dataset) };
  if (other) {
    panes.other = new FilePane(template, other.dataset);
    panes.diff = new DiffPane(root.querySelector("[data-diff-pane]"), {
      mine: root.dataset,
      other: other.dataset,
    });
    addBackButton(panes.mine);
    addChip(panes.mine, "added", `Only in ${root.dataset.name ?? "this run"}`);
    addChip(panes.other, "removed", `Only in ${root.dataset.withName}`);
  }
  for (const pane of Object.values(panes)) {
    pane.element.hidden = true;
    root.querySelector("[data-panes]").append(pane.element);
  }
  return panes;
}

/** The pane for `file`: its changes if it has some, unless the whole file is asked for. */
export function paneOf(panes, file, isWhole) {
  if (file.change === "changed" && !isWhole) return panes.diff;
  return file.change === "removed" ? panes.other : panes.mine;
}

function addChip(pane, change, words) {
  pane.find("where").before(element("span", { class: `chip only ${change}` }, words));
}

/** A button that goes from the whole of a changed file back to its changes. */
function addBackButton(pane) {
  const onclick = () => pane.dispatchEvent(new CustomEvent("whole"));
  const settings = { class: "btn ghost", type: "button", data: { whole: "" }, onclick };
  pane.find("raw").before(element("button", settings, "Changes"));
}
