// The tree of a snapshot: all of it is here at once, files that differ carry a mark.

import { element } from "../../lib/element.js";
import { growTree } from "../../lib/source_tree.js";
import { FileTree } from "../outputs/file_tree.js";

const OPEN_UP_TO = 100;
const MARKS = { added: "+", removed: "−", changed: "±" };

/** A FileTree of `files` that are in the page already. */
export class SourceTree extends FileTree {
  constructor(root, { files, choose }) {
    super(root, { choose });
    this.files = files;
    this.folders = growTree(files);
    if (files.length <= OPEN_UP_TO) this.openAll();
  }

  openAll() {
    for (const folder of this.folders.keys()) if (folder) this.open.add(folder);
  }

  async entriesOf(folder) {
    return this.folders.get(folder) ?? [];
  }

  drawFile(item, name, entry) {
    super.drawFile(item, name, entry);
    if (!entry.change) return;
    const { change } = entry;
    item.prepend(element("b", { class: `mark ${change}`, title: change }, MARKS[change]));
    item.append(element("span", { class: "sr" }, change));
  }

  /** Show only files whose path holds `text`, wherever they are. */
  filter(text) {
    const wanted = text.toLowerCase();
    this.folders = growTree(this.files.filter((file) => file.path.toLowerCase().includes(wanted)));
    if (wanted) this.openAll();
    this.refresh();
  }
}
