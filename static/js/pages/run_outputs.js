// The Outputs + logs tab: the tree on the left, a viewer (or two) on the right. What is open is in
// the address: ?path=…&line=…&find=…, and of the second pane ?second=…&second_line=…&second_find=…

import { copy } from "../components/copy.js";
import { onKey } from "../components/keyboard.js";
import { liveUntilEnd } from "../components/live.js";
import { FilePane } from "../components/outputs/file_pane.js";
import { FileTree } from "../components/outputs/file_tree.js";
import { TimeSync } from "../components/outputs/time_sync.js";

const MOST_PANES = 2;
const SECOND = "second";

class OutputsPage {
  constructor(root) {
    Object.assign(this, { root, panes: [], active: 0 });
    const { folders, find: found, zip } = root.dataset;
    const choose = (path) => this.pane.open(path);
    this.tree = new FileTree(root.querySelector("[role=tree]"), { folders, found, zip, choose });
    this.sync = new TimeSync(() => this.panes);
    this.sync.addEventListener("changed", () => this.save());
    this.listen();
    this.listenToKeys();
    this.openState(new URLSearchParams(location.search));
  }

  /** The pane that was used last. */
  get pane() {
    return this.panes[this.active];
  }

  listen() {
    const { root, tree } = this;
    const filter = root.querySelector("[data-filter]");
    filter.addEventListener("input", () => tree.filter(filter.value));
    root.querySelector("[data-copy-zip]")?.addEventListener("click", () => {
      copy(`curl -C - -OJ "${new URL(root.dataset.zip, location.href)}"`);
    });
    if (root.dataset.active)
      liveUntilEnd(
        () => tree.wanted || tree.refresh(),
        () => !root.querySelector(".live-dot"),
      );
  }

  listenToKeys() {
    onKey("w", () => this.pane.toggleWrap());
    onKey("t", () => this.pane.toggleTimes());
    onKey("c", () => this.pane.marks.copyText());
    onKey("F", () => this.pane.toggleFollow());
    onKey("G", () => this.pane.viewer.goToEnd());
    onKey("n", () => this.pane.search.step(1));
    onKey("N", () => this.pane.search.step(-1));
  }

  /** Open what the address names, else the file that the server has chosen. */
  openState(state) {
    const { path: usual, byte } = this.root.dataset;
    const path = state.get("path") || usual;
    // A log that says why its run failed opens there, however one comes to it.
    const placeIn = (opened) => (byte && opened === usual ? Number(byte) : null);
    const open = (file, kept) => {
      const pane = this.addPane();
      pane.search.read(kept);
      const { line = null, wrap, times, follow, hit } = Object.fromEntries(kept);
      const options = { line, byte: placeIn(file), wrap, times, follow, hit };
      return file ? pane.open(file, options) : Promise.resolve();
    };
    this.tree.start(path);
    const opening = [open(path, state)];
    const second = state.get("second");
    if (second) opening.push(open(second, stateOfSecond(state)));
    if (state.get("together")) Promise.all(opening).then(() => this.sync.toggle(true));
  }

  addPane() {
    const pane = new FilePane(this.root.querySelector("template"), this.root.dataset);
    this.panes.push(pane);
    this.root.querySelector("[data-panes]").append(pane.element);
    pane.element.addEventListener("focusin", () => (this.active = this.panes.indexOf(pane)));
    pane.addEventListener("opened", () => {
      this.tree.show(pane.path);
      this.save();
    });
    pane.addEventListener("changed", () => this.save());
    pane.addEventListener("ended", () => this.tree.wanted || this.tree.refresh());
    pane.addEventListener("split", () => this.split());
    pane.addEventListener("closed", () => this.removePane(pane));
    this.sync.add(pane);
    this.showCount();
    return pane;
  }

  removePane(pane) {
    this.panes.splice(this.panes.indexOf(pane), 1);
    this.active = 0;
    this.sync.leader = this.pane;
    this.showCount();
  }

  showCount() {
    this.root.dataset.split = String(this.panes.length > 1);
    this.sync.tell();
  }

  /** Show the file a second time, beside itself. */
  split() {
    if (this.panes.length === MOST_PANES) return;
    this.addPane().open(this.panes[0].path);
    this.active = 1;
  }

  save() {
    const [first, second] = this.panes;
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(first?.state ?? {})) if (value) query.set(key, value);
    for (const [key, value] of Object.entries(second?.state ?? {}))
      if (value) query.set(key === "path" ? SECOND : `${SECOND}_${key}`, value);
    if (second && this.sync.on) query.set("together", "1");
    history.replaceState(null, "", `${location.pathname}?${query}`);
  }
}

/** What the address keeps of the second pane. */
function stateOfSecond(state) {
  const kept = [...state].filter(([key]) => key.startsWith(`${SECOND}_`));
  return new URLSearchParams(kept.map(([key, value]) => [key.slice(SECOND.length + 1), value]));
}

const root = document.querySelector("[data-outputs]");
if (root) new OutputsPage(root);
