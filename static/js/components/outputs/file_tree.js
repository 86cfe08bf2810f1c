// The tree of a run's files: folders load when opened, sizes and a live dot; or the files found.

import { formatBytes } from "../../lib/numbers.js";
import { plainName } from "../../lib/plain_names.js";
import { icon } from "../icons.js";
import { fetchJson } from "../requests.js";

const FIND_DELAY_MS = 150;
const MOST_FOLDER_CHARS = 18;

/**
 * A tree (ARIA) in `root`; calls `choose(path)` for files. `folders` answers with what lies in a
 * folder, `found` with the files whose path holds some words.
 */
export class FileTree {
  constructor(root, { folders, found, choose, zip }) {
    Object.assign(this, { root, folders, found, choose, zip, wanted: "" });
    this.open = new Set();
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.key(event));
  }

  /** Load the top, and every folder on the way to `path`. */
  async start(path) {
    const parts = path ? path.split("/").slice(0, -1) : [];
    parts.forEach((_, i) => this.open.add(parts.slice(0, i + 1).join("/")));
    await this.refresh();
    this.mark(path);
  }

  /** Load the open folders again, keeping what is open and focused. */
  async refresh() {
    const { wanted } = this;
    const list = wanted ? await this.loadFound(wanted) : await this.load("", 1);
    if (wanted !== this.wanted) return;
    const focused = document.activeElement?.dataset?.path;
    this.root.replaceChildren(...list.children);
    this.mark(this.current);
    if (focused !== undefined) this.itemOf(focused)?.focus();
  }

  async load(folder, level) {
    const list = group();
    for (const entry of await this.entriesOf(folder))
      list.append(await this.drawEntry(entry, level));
    return list;
  }

  /** What lies directly in a folder. */
  async entriesOf(folder) {
    const answer = await fetchJson(`${this.folders}?path=${encodeURIComponent(folder)}`);
    return answer.entries;
  }

  async drawEntry(entry, level) {
    const line = document.createElement("li");
    line.setAttribute("role", "none");
    const item = document.createElement("div");
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-level", String(level));
    item.className = "tree-item";
    item.tabIndex = -1;
    item.dataset.path = entry.path;
    item.style.setProperty("--level", level);
    item.title = entry.path;
    line.append(item);
    const name = document.createElement("span");
    name.className = "clip grow";
    name.append(plainName(entry.name));
    if (entry.folder) name.append(folderOf(entry));
    if (entry.is_dir) await this.drawFolder(line, item, name, entry, level);
    else this.drawFile(item, name, entry);
    return line;
  }

  async drawFolder(line, item, name, entry, level) {
    const isOpen = this.open.has(entry.path);
    item.dataset.folder = "1";
    item.setAttribute("aria-expanded", String(isOpen));
    item.append(icon(isOpen ? "chevron-down" : "chevron-right"), name);
    if (this.zip) item.append(this.drawZip(entry));
    if (isOpen) line.append(await this.load(entry.path, level + 1));
  }

  drawZip(entry) {
    const zip = document.createElement("a");
    zip.href = `${this.zip}?path=${encodeURIComponent(entry.path)}`;
    zip.className = "tree-zip";
    zip.tabIndex = -1;
    zip.setAttribute("aria-label", `Download ${entry.name} as zip`);
    zip.append(icon("download"));
    return zip;
  }

  drawFile(item, name, entry) {
    if (entry.growing) {
      const dot = document.createElement("i");
      dot.className = "live-dot";
      dot.title = "Being written";
      item.append(dot);
    }
    const size = document.createElement("span");
    size.className = "tree-size";
    size.textContent = formatBytes(entry.size_bytes);
    item.append(name, size);
  }

  click(event) {
    if (event.target.closest("a")) return;
    const item = event.target.closest("[role=treeitem]");
    if (item) this.act(item);
  }

  act(item) {
    const { path, folder } = item.dataset;
    if (!folder) {
      this.mark(path);
      this.choose(path);
      return;
    }
    if (this.open.has(path)) this.open.delete(path);
    else this.open.add(path);
    this.refresh().then(() => this.itemOf(path)?.focus());
  }

  key(event) {
    const items = [...this.root.querySelectorAll("[role=treeitem]:not([hidden])")];
    const index = items.indexOf(document.activeElement);
    const item = items[index];
    const actions = {
      ArrowDown: () => items[index + 1]?.focus(),
      ArrowUp: () => items[index - 1]?.focus(),
      Home: () => items[0]?.focus(),
      End: () => items.at(-1)?.focus(),
      Enter: () => item && this.act(item),
      " ": () => item && this.act(item),
      ArrowRight: () => item?.getAttribute("aria-expanded") === "false" && this.act(item),
      ArrowLeft: () => item?.getAttribute("aria-expanded") === "true" && this.act(item),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  /** Show the files of any folder whose path holds the words of `text`; with none, the tree. */
  filter(text) {
    this.wanted = text.trim();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), FIND_DELAY_MS);
  }

  async loadFound(wanted) {
    const list = group();
    await this.addFound(list, wanted, "");
    if (!list.children.length) list.append(note(`No matching files`));
    return list;
  }

  /** Add a page of found files, and a button for the next one. */
  async addFound(list, wanted, after) {
    const { entries, next, total } = await fetchJson(
      `${this.found}?${new URLSearchParams({ q: wanted, after })}`,
    );
    for (const entry of entries) list.append(await this.drawEntry(inFolder(entry), 1));
    if (!next) return;
    const more = note("");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = "Show more";
    button.addEventListener("click", () => {
      const tree = more.parentElement;
      more.remove();
      this.addFound(tree, wanted, next).then(() => this.mark(this.current));
    });
    const shown = list.querySelectorAll("[role=treeitem]").length.toLocaleString("en-US");
    more.append(`${shown} of ${total.toLocaleString("en-US")} files `, button);
    list.append(more);
  }

  mark(path) {
    this.current = path;
    for (const item of this.root.querySelectorAll("[role=treeitem]")) {
      const on = item.dataset.path === path;
      item.setAttribute("aria-selected", String(on));
      item.tabIndex = on ? 0 : -1;
    }
    const first = this.root.querySelector("[role=treeitem]");
    if (first && !this.root.querySelector('[tabindex="0"]')) first.tabIndex = 0;
  }

  itemOf(path) {
    return this.root.querySelector(`[data-path="${CSS.escape(path)}"]`);
  }
}

function group() {
  const list = document.createElement("ul");
  list.setAttribute("role", "group");
  return list;
}

/** A found file says where it lies. */
const inFolder = (entry) => ({ ...entry, folder: entry.path.slice(0, -entry.name.length - 1) });

function folderOf(entry) {
  const folder = document.createElement("span");
  folder.className = "tree-folder";
  const isLong = entry.folder.length > MOST_FOLDER_CHARS;
  folder.textContent = plainName(isLong ? `…/${entry.folder.split("/").at(-1)}` : entry.folder);
  return folder;
}

function note(words) {
  const line = document.createElement("li");
  line.className = "tree-note muted small";
  line.textContent = words;
  return line;
}
