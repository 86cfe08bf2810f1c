// The tab Snapshot: the tree on the left; a file, or what differs in it, on the right.

import { onKey } from "../components/keyboard.js";
import { FilePane } from "../components/outputs/file_pane.js";
import { fetchJson } from "../components/requests.js";
import { DiffPane } from "../components/snapshot/diff_pane.js";
import { SourceTree } from "../components/snapshot/source_tree.js";
import { chooseFirst } from "../lib/source_tree.js";

const root = document.querySelector("[data-sources]");
if (root) start();

async function start() {
  startComparing();
  const compared = root.dataset.with;
  const query = compared ? `?${new URLSearchParams({ with: compared })}` : "";
  try {
    const { files, same } = await fetchJson(root.dataset.tree + query);
    if (compared) tellCounts(files, same);
    if (files.length) showFiles(files);
    else tell("Both snapshots contain the same files.");
  } catch (error) {
    tell(error.message);
  }
}

function showFiles(files) {
  const state = new URLSearchParams(location.search);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const panes = makePanes();
  const tree = new SourceTree(root.querySelector("[role=tree]"), {
    files,
    choose: (path) => open(path),
  });
  let shown = null;
  let isWhole = state.get("view") === "file";

  const paneOf = (file) => {
    if (file.change === "changed" && !isWhole) return panes.diff;
    return file.change === "removed" ? panes.other : panes.mine;
  };

  const remember = () => {
    const { line, wrap } = shown.pane.state ?? {};
    const kept = {
      path: shown.path,
      view: isWhole ? "file" : "",
      line,
      wrap,
    };
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(kept)) {
      if (value) query.set(key, value);
      else query.delete(key);
    }
    history.replaceState(null, "", `${location.pathname}?${query}`);
  };

  const open = async (path, options = {}) => {
    const file = byPath.get(path);
    if (!file) return tell(`File not found: ${path}`);
    const pane = paneOf(file);
    for (const one of Object.values(panes)) one.element.hidden = one !== pane;
    root.querySelector("[data-note]").hidden = true;
    shown = { path, pane };
    tree.mark(path);
    const wrap = pane.element.classList.contains("wraps") ? "1" : null;
    pane.element.dataset.change = file.change;
    await pane.open(path, { start: true, wrap, ...options });
    pane.element
      .querySelector("[data-whole]")
      ?.toggleAttribute("hidden", file.change !== "changed");
    return remember();
  };

  const toggleWhole = () => {
    isWhole = !isWhole;
    open(shown.path);
  };

  for (const pane of Object.values(panes)) {
    pane.addEventListener("changed", remember);
    pane.addEventListener("whole", toggleWhole);
  }
  root
    .querySelector("[data-filter]")
    .addEventListener("input", (event) => tree.filter(event.target.value));
  onKey("w", () => shown?.pane.toggleWrap?.());
  onKey("c", () => shown?.pane.marks?.copyText());
  const first = state.get("path") ?? chooseFirst(files, root.dataset.script).path;
  tree.start(first);
  open(first, { line: state.get("line"), wrap: state.get("wrap") });
}

/** A pane for the files of this run, of the other, and for what differs. */
function makePanes() {
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

function addChip(pane, change, words) {
  const chip = document.createElement("span");
  chip.className = `chip only ${change}`;
  chip.textContent = words;
  pane.find("where").before(chip);
}

/** From the whole of a changed file one gets back to what differs. */
function addBackButton(pane) {
  const button = document.createElement("button");
  button.className = "btn ghost";
  button.type = "button";
  button.dataset.whole = "";
  button.textContent = "Changes";
  button.addEventListener("click", () => pane.dispatchEvent(new CustomEvent("whole")));
  pane.find("raw").before(button);
}

function tellCounts(files, same) {
  const counts = ["changed", "added", "removed"].map((change) => {
    const count = files.filter((file) => file.change === change).length;
    return count ? `${count} ${change}` : "";
  });
  const told = [...counts, `${same} the same`].filter(Boolean);
  document.querySelector("[data-counts]").textContent = told.join(", ");
}

function tell(words) {
  const note = root.querySelector("[data-note]");
  note.textContent = words;
  note.hidden = false;
}

/** Choosing a run of the list compares at once. */
function startComparing() {
  const form = document.querySelector("[data-with-form]");
  if (!form) return;
  const { options } = form.querySelector("datalist");
  const compare = (run) => {
    location.assign(location.pathname + (run ? `?${new URLSearchParams({ with: run })}` : ""));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    compare(form.elements.with.value.trim());
  });
  form.elements.with.addEventListener("input", ({ target }) => {
    if ([...options].some((option) => option.value === target.value)) compare(target.value);
  });
}
