// Lines of a log that the reader has marked: by a click on a number, with Shift up to another one.
// They can be copied as text or as a link.

import { copy } from "../copy.js";
import { fetchText } from "../requests.js";
import { toast } from "../toasts.js";

/** The marked lines of one viewer; `bar` has the buttons, `address` answers with plain text. */
export class LineMarks extends EventTarget {
  constructor(bar, viewer, address) {
    super();
    Object.assign(this, { bar, viewer, address, range: null });
    const find = (name) => bar.querySelector(`[data-${name}]`);
    this.words = find("marked-words");
    find("copy-lines").addEventListener("click", () => this.copyText());
    find("copy-link").addEventListener("click", () =>
      copy(location.href, `Copied link to ${this.name}`),
    );
    find("unmark").addEventListener("click", () => this.change(null));
    viewer.addEventListener("line", ({ detail }) => this.choose(detail));
  }

  /** "10", "10-25", or "" for none, as in the address of the page. */
  get text() {
    if (!this.range) return "";
    const [first, last] = this.range;
    return first === last ? String(first) : `${first}-${last}`;
  }

  get name() {
    const [first, last] = this.range;
    const number = (no) => no.toLocaleString("en-US");
    return first === last ? `line ${number(first)}` : `lines ${number(first)} to ${number(last)}`;
  }

  choose({ no, range }) {
    if (!range || !this.anchor) this.anchor = no;
    this.change([this.anchor, no].sort((a, b) => a - b));
  }

  /** Mark the lines [first, last], or none, and tell so. */
  change(range) {
    this.set(range);
    this.dispatchEvent(new CustomEvent("changed"));
  }

  set(range) {
    this.range = range;
    if (!range) this.anchor = null;
    this.viewer.select(range);
    this.bar.hidden = !range;
    if (range) this.words.textContent = this.name.replace("l", "L");
  }

  /** Mark what `text` names, as `text` of the getter above; return its first line, or null. */
  read(text) {
    const [first, last] = String(text ?? "")
      .split("-")
      .map(Number);
    if (!(first > 0)) return null;
    this.anchor = first;
    this.set([first, Math.max(first, last || first)]);
    return first;
  }

  async copyText() {
    if (!this.range)
      return toast("Select lines first: click a line number, then Shift+click another.");
    const [first_line, last_line] = this.range;
    const params = new URLSearchParams({ path: this.viewer.path, first_line, last_line });
    const { name } = this;
    try {
      return copy(await fetchText(`${this.address}?${params}`), `Copied text of ${name}`);
    } catch (error) {
      return toast(error.message, { bad: true });
    }
  }
}
