// The Outputs + logs tab: the tree on the left, a viewer (or two) on the right.

import { copy } from "../components/copy.js";
import { onKey } from "../components/keyboard.js";
import { alsoLive } from "../components/live.js";
import { FilePane } from "../components/outputs/file_pane.js";
import { FileTree } from "../components/outputs/file_tree.js";

const root = document.querySelector("[data-outputs]");
if (root) start();

function start() {
  const state = new URLSearchParams(location.search);
  const template = root.querySelector("template");
  const panes = [];
  let active = 0;
  const tree = new FileTree(root.querySelector("[role=tree]"), {
    folders: root.dataset.folders,
    found: root.dataset.find,
    zip: root.dataset.zip,
    choose: (path) => panes[active].open(path),
  });

  const addPane = () => {
    const pane = new FilePane(template, root.dataset);
    panes.push(pane);
    root.querySelector("[data-panes]").append(pane.element);
    pane.element.addEventListener("focusin", () => (active = panes.indexOf(pane)));
    pane.addEventListener("opened", () => {
      tree.mark(pane.path);
      remember();
    });
    pane.addEventListener("changed", remember);
    pane.addEventListener("split", split);
    pane.addEventListener("closed", () => {
      panes.splice(panes.indexOf(pane), 1);
      active = 0;
      root.dataset.split = String(panes.length > 1);
    });
    root.dataset.split = String(panes.length > 1);
    return pane;
  };

  const split = () => {
    if (panes.length > 1) return;
    addPane().open(panes[0].path);
    active = 1;
  };

  const remember = () => {
    const first = panes[0]?.state ?? {};
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(first)) if (value) query.set(key, value);
    if (panes[1]?.path) query.set("second", panes[1].path);
    history.replaceState(null, "", `${location.pathname}?${query}`);
  };

  const pane = addPane();
  const path = state.get("path") || root.dataset.path;
  const byte = state.has("path") || !root.dataset.byte ? null : Number(root.dataset.byte);
  tree.start(path);
  if (state.get("find")) {
    const { find, regex } = pane.find("search").elements;
    find.value = state.get("find");
    regex.checked = state.get("regex") === "1";
  }
  if (path)
    pane.open(path, {
      line: state.get("line"),
      byte,
      wrap: state.get("wrap"),
      times: state.get("times"),
      follow: state.get("follow"),
    });
  if (state.get("second")) addPane().open(state.get("second"));

  root
    .querySelector("[data-filter]")
    .addEventListener("input", (event) => tree.filter(event.target.value));
  root.querySelector("[data-copy-zip]")?.addEventListener("click", () => {
    copy(`curl -C - -OJ "${new URL(root.dataset.zip, location.href)}"`);
  });
  if (root.dataset.active) alsoLive(() => tree.wanted || tree.refresh());
  onKey("w", () => panes[active].toggleWrap());
  onKey("t", () => panes[active].toggleTimes());
  onKey("c", () => panes[active].marks.copyText());
  onKey("F", () => panes[active].toggleFollow());
  onKey("G", () => panes[active].viewer.goToEnd());
  onKey("n", () => panes[active].search.step(1));
  onKey("N", () => panes[active].search.step(-1));
}
