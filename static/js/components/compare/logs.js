// Two logs side by side: the panes of the tab Outputs, each with a run of its own.

import { onKey } from "../keyboard.js";
import { FilePane } from "../outputs/file_pane.js";
import { TimeSync } from "../outputs/time_sync.js";

export function startLogs(root) {
  const template = root.querySelector("template");
  const panes = [];
  const sync = new TimeSync(() => panes);
  for (const side of root.querySelectorAll("[data-log-side]")) {
    const { path, byte } = side.dataset;
    if (!path) continue;
    const pane = new FilePane(template, side.dataset);
    pane.element.querySelector("[data-split-button]").remove();
    pane.element.querySelector("[data-close]").remove();
    side.append(pane.element);
    pane.open(path, { byte: byte === undefined ? null : Number(byte), start: byte === undefined });
    panes.push(pane);
    sync.add(pane);
  }
  const active = () =>
    panes.find((pane) => pane.element.contains(document.activeElement)) ?? panes[0];
  onKey("w", () => panes.forEach((pane) => pane.toggleWrap()));
  onKey("G", () => panes.forEach((pane) => pane.viewer.goToEnd()));
  onKey("n", () => active()?.search.step(1));
  onKey("N", () => active()?.search.step(-1));
}
