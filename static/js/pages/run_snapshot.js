// The tab Snapshot: the tree on the left; a file, or its changes against another run's, on the
// right. What is shown is in the address: ?path=…&view=file&with=<run>

import { onKey } from "../components/keyboard.js";
import { fetchJson } from "../components/requests.js";
import { startChoosingRun } from "../components/snapshot/choose_run.js";
import { makePanes, paneOf } from "../components/snapshot/panes.js";
import { SourceTree } from "../components/snapshot/source_tree.js";
import { chooseFirst } from "../lib/source_tree.js";

const CHANGES = ["changed", "added", "removed"];

class SnapshotPage {
  constructor(root) {
    const state = new URLSearchParams(location.search);
    Object.assign(this, { root, state, path: null, pane: null });
    this.isWhole = state.get("view") === "file";
    startChoosingRun();
  }

  /** Fetch the list of files and show the first. */
  async start() {
    const { tree, with: compared } = this.root.dataset;
    const query = compared ? `?${new URLSearchParams({ with: compared })}` : "";
    try {
      const { files, same } = await fetchJson(tree + query);
      if (compared) showCounts(files, same);
      if (files.length) this.show(files);
      else this.tell("Both snapshots contain the same files.");
    } catch (error) {
      this.tell(error.message);
    }
  }

  show(files) {
    this.files = new Map(files.map((file) => [file.path, file]));
    this.panes = makePanes(this.root);
    const choose = (path) => this.open(path);
    this.tree = new SourceTree(this.root.querySelector("[role=tree]"), { files, choose });
    this.listen();
    const first = this.state.get("path") ?? chooseFirst(files, this.root.dataset.script).path;
    this.tree.start(first);
    this.open(first, { line: this.state.get("line"), wrap: this.state.get("wrap") });
  }

  listen() {
    for (const pane of Object.values(this.panes)) {
      pane.addEventListener("changed", () => this.save());
      pane.addEventListener("whole", () => this.toggleWhole());
    }
    const filter = this.root.querySelector("[data-filter]");
    filter.addEventListener("input", () => this.tree.filter(filter.value));
    onKey("w", () => this.pane?.toggleWrap?.());
    onKey("c", () => this.pane?.marks?.copyText());
  }

  async open(path, options = {}) {
    const file = this.files.get(path);
    if (!file) return this.tell(`File not found: ${path}`);
    const pane = paneOf(this.panes, file, this.isWhole);
    for (const one of Object.values(this.panes)) one.element.hidden = one !== pane;
    this.root.querySelector("[data-note]").hidden = true;
    Object.assign(this, { path, pane });
    this.tree.mark(path);
    const wrap = pane.element.classList.contains("wraps") ? "1" : null;
    pane.element.dataset.change = file.change;
    await pane.open(path, { start: true, wrap, ...options });
    const whole = pane.element.querySelector("[data-whole]");
    whole?.toggleAttribute("hidden", file.change !== "changed");
    return this.save();
  }

  /** Change between the whole of a changed file and its changes. */
  toggleWhole() {
    this.isWhole = !this.isWhole;
    this.open(this.path);
  }

  save() {
    const { line, wrap } = this.pane.state ?? {};
    const view = this.isWhole ? "file" : "";
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries({ path: this.path, view, line, wrap })) {
      if (value) query.set(key, value);
      else query.delete(key);
    }
    history.replaceState(null, "", `${location.pathname}?${query}`);
  }

  tell(words) {
    const note = this.root.querySelector("[data-note]");
    note.textContent = words;
    note.hidden = false;
  }
}

/** Say how many files changed, and how many did not. */
function showCounts(files, same) {
  const counts = CHANGES.map((change) => {
    const count = files.filter((file) => file.change === change).length;
    return count ? `${count} ${change}` : "";
  });
  const words = [...counts, `${same} the same`].filter(Boolean);
  document.querySelector("[data-counts]").textContent = words.join(", ");
}

const root = document.querySelector("[data-sources]");
if (root) new SnapshotPage(root).start();
