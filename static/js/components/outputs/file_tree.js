// The tree of a run's files: folders load when opened, sizes and a live dot; or the files found.

import { element } from "../../lib/element.js";
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
    this.reveal(path);
  }

  /** Mark the file that is open and scroll to it; where its folders are closed, open them. */
  async show(path) {
    if (path === this.current) return;
    this.mark(path);
    if (this.wanted || this.itemOf(path)) this.reveal(path);
    else await this.start(path);
  }

  reveal(path) {
    this.mark(path);
    const item = path && this.itemOf(path);
    if (!item) return;
    // Not scrollIntoView: that would scroll the page as well.
    const box = this.root.getBoundingClientRect();
    const { top, bottom } = item.getBoundingClientRect();
    if (top < box.top || bottom > box.bottom)
      this.root.scrollTop += top - box.top - (box.height - item.clientHeight) / 2;
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
    const item = element("div", {
      class: "tree-item",
      role: "treeitem",
      "aria-level": level,
      tabIndex: -1,
      title: entry.path,
      data: { path: entry.path },
    });
    item.style.setProperty("--level", level);
    const line = element("li", { role: "none" }, item);
    const folder = entry.folder && folderOf(entry);
    const name = element("span", { class: "clip grow" }, plainName(entry.name), folder);
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
    const href = `${this.zip}?path=${encodeURIComponent(entry.path)}`;
    const label = { "aria-label": `Download ${entry.name} as zip` };
    return element("a", { class: "tree-zip", href, tabIndex: -1, ...label }, icon("download"));
  }

  drawFile(item, name, entry) {
    if (entry.growing) item.append(element("i", { class: "live-dot", title: "Being written" }));
    item.append(name, element("span", { class: "tree-size" }, formatBytes(entry.size_bytes)));
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
    const showMore = () => {
      const tree = more.parentElement;
      more.remove();
      this.addFound(tree, wanted, next).then(() => this.mark(this.current));
    };
    const shown = list.querySelectorAll("[role=treeitem]").length.toLocaleString("en-US");
    const more = note(
      `${shown} of ${total.toLocaleString("en-US")} files `,
      element("button", { class: "btn", type: "button", onclick: showMore }, "Show more"),
    );
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

const group = () => element("ul", { role: "group" });
const note = (...content) => element("li", { class: "tree-note muted small" }, ...content);

/** A found file says where it lies. */
const inFolder = (entry) => ({ ...entry, folder: entry.path.slice(0, -entry.name.length - 1) });

function folderOf({ folder }) {
  const isLong = folder.length > MOST_FOLDER_CHARS;
  const short = isLong ? `…/${folder.split("/").at(-1)}` : folder;
  return element("span", { class: "tree-folder" }, plainName(short));
}
