// The items of a tree of files as elements: folders, files with their sizes, found files, notes.

import { element } from "../../lib/element.js";
import { formatBytes } from "../../lib/numbers.js";
import { plainName } from "../../lib/plain_names.js";
import { icon } from "../icons.js";

const MOST_FOLDER_CHARS = 18;

export const group = () => element("ul", { role: "group" });

export const note = (...content) => element("li", { class: "tree-note muted small" }, ...content);

/** The line of an entry: {line, item, name}; the item is still empty. */
export function drawItem(entry, level) {
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
  return { line, item, name };
}

export function fillFile(item, name, entry) {
  if (entry.growing) item.append(element("i", { class: "live-dot", title: "Being written" }));
  item.append(name, element("span", { class: "tree-size" }, formatBytes(entry.size_bytes)));
}

/** `zip` is the address that packs a folder, if there is one. */
export function fillFolder(item, name, entry, { isOpen, zip }) {
  item.dataset.folder = "1";
  item.setAttribute("aria-expanded", String(isOpen));
  item.append(icon(isOpen ? "chevron-down" : "chevron-right"), name);
  if (zip) item.append(drawZip(entry, zip));
}

function drawZip(entry, zip) {
  const href = `${zip}?path=${encodeURIComponent(entry.path)}`;
  const label = { "aria-label": `Download ${entry.name} as zip` };
  return element("a", { class: "tree-zip", href, tabIndex: -1, ...label }, icon("download"));
}

/** A found file says where it lies. */
export const inFolder = (entry) => ({
  ...entry,
  folder: entry.path.slice(0, -entry.name.length - 1),
});

function folderOf({ folder }) {
  const isLong = folder.length > MOST_FOLDER_CHARS;
  const short = isLong ? `…/${folder.split("/").at(-1)}` : folder;
  return element("span", { class: "tree-folder" }, plainName(short));
}
