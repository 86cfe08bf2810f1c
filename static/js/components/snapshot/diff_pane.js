// What differs in one file: hunks of lines with both numbers, coloured and signed.

import { element } from "../../lib/element.js";
import { fetchJson } from "../requests.js";

const SIGNS = { added: "+", removed: "−", same: " ", note: "" };

/** The pane for changed files; `mine` and `other` are the `data-*` of the two snapshots. */
export class DiffPane extends EventTarget {
  constructor(root, { mine, other }) {
    super();
    Object.assign(this, { element: root, mine, other });
    this.find("whole").addEventListener("click", () =>
      this.dispatchEvent(new CustomEvent("whole")),
    );
  }

  find(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  async open(path) {
    this.path = path;
    this.find("title").textContent = path.split("/").at(-1);
    this.find("title").title = path;
    this.find("where").textContent = "";
    const place = path.split("/").map(encodeURIComponent).join("/");
    this.find("old").href = `${this.other.files}/${place}`;
    this.find("new").href = `${this.mine.files}/${place}`;
    const query = new URLSearchParams({ path, with: this.mine.with });
    try {
      const diff = await fetchJson(`${this.mine.diff}?${query}`);
      if (this.path === path) this.show(diff);
    } catch (error) {
      if (this.path === path) this.find("hunks").replaceChildren(words(error.message, "refused"));
    }
  }

  show(diff) {
    const body = this.find("hunks");
    body.scrollTop = 0;
    if (diff.note) {
      body.replaceChildren(words(diff.note, "muted"));
      return;
    }
    this.find("where").textContent = `+${diff.added} −${diff.removed}`;
    body.replaceChildren(drawDiff(diff));
  }
}

/** A table of the hunks of the wire. */
export function drawDiff(diff) {
  const table = element("table", { class: "diff" });
  const head = table.createTHead().insertRow();
  head.className = "sr";
  for (const name of ["Line before", "Line after", "Change", "Text"]) {
    head.append(element("th", { scope: "col" }, name));
  }
  for (const hunk of diff.hunks) table.append(drawHunk(hunk));
  return table;
}

function drawHunk(hunk) {
  const body = element("tbody");
  const where = cell(body.insertRow(), spanOf(hunk), "hunk");
  where.colSpan = 4;
  for (const line of hunk.lines) drawLine(body.insertRow(), line);
  return body;
}

const spanOf = (hunk) =>
  `@@ −${hunk.old_start},${hunk.old_count} +${hunk.new_start},${hunk.new_count} @@`;

function drawLine(row, line) {
  row.className = line.kind;
  cell(row, line.old ?? "", "no");
  cell(row, line.new ?? "", "no");
  const sign = cell(row, SIGNS[line.kind], "sign");
  if (line.kind === "added" || line.kind === "removed") sign.setAttribute("aria-label", line.kind);
  // Lines that differ only in how they end would look the same.
  cell(row, line.text.replace(/\r$/, "␍"), "text");
}

function cell(row, text, className) {
  return Object.assign(row.insertCell(), { textContent: text, className });
}

const words = (text, className) => element("p", { class: className }, text);
