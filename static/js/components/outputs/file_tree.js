// The tree of a run's files, whose folders load when they are opened; or the files found.

import { element } from "../../lib/element.js";
import { fetchJson } from "../requests.js";
import { drawItem, fillFile, fillFolder, group, inFolder, note } from "./tree_items.js";
import { listenToTreeKeys } from "./tree_keys.js";

const FIND_DELAY_MS = 150;

/**
 * A tree (ARIA) in `root`; calls `choose(path)` for files. `folders` answers with what lies in a
 * folder, `found` with the files whose path holds some words.
 */
export class FileTree {
  constructor(root, { folders, found, choose, zip }) {
    Object.assign(this, { root, folders, found, choose, zip, wanted: "" });
    this.open = new Set();
    root.addEventListener("click", (event) => this.click(event));
    listenToTreeKeys(root, (item) => this.act(item));
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
    const { line, item, name } = drawItem(entry, level);
    if (!entry.is_dir) this.drawFile(item, name, entry);
    else {
      const isOpen = this.open.has(entry.path);
      fillFolder(item, name, entry, { isOpen, zip: this.zip });
      if (isOpen) line.append(await this.load(entry.path, level + 1));
    }
    return line;
  }

  drawFile(item, name, entry) {
    fillFile(item, name, entry);
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
