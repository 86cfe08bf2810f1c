// "12 new lines": lines that came while the reader was elsewhere in a log.

/** Shows in `button` how many lines came since the end was seen; a click takes up Follow again. */
export class NewLines {
  constructor(button, viewer) {
    Object.assign(this, { button, viewer, seen: null });
    viewer.addEventListener("moved", () => this.tell());
    button.addEventListener("click", () => this.goOn());
  }

  /** Another file is opened: what it holds now is not new. */
  reset() {
    this.seen = null;
    this.button.hidden = true;
  }

  tell() {
    const { viewer } = this;
    const { totalLines: lines, totalBytes: bytes } = viewer.loaded;
    if (!this.seen || viewer.isAtEnd || viewer.following) this.seen = { lines, bytes };
    const isNew = bytes > this.seen.bytes;
    this.button.hidden = !isNew;
    if (isNew) this.button.lastElementChild.textContent = this.words(lines);
  }

  words(lines) {
    const count = lines === null || this.seen.lines === null ? null : lines - this.seen.lines;
    // A line that was not complete has grown, or a huge log is still being counted.
    if (!count) return "New output";
    return `${count.toLocaleString("en-US")} new ${count === 1 ? "line" : "lines"}`;
  }

  goOn() {
    if (this.viewer.loaded.growing) this.viewer.setFollow(true);
    else this.viewer.goToEnd();
  }
}
