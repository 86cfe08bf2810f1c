// A log on screen: going to a place in it, following its end, marked and selected lines.

import { copyCleanly } from "./copied_lines.js";
import { CHUNK_LINES, LoadedLines } from "./loaded_lines.js";
import { drawLine } from "./log_line.js";
import { scrollSideways } from "./sideways.js";

const NEAR_PX = 600;
const NEAR_EDGE_PX = 40;
const FOLLOW_MS = 1000;

/**
 * Shows one log in `root`; `address` answers pages of lines; the run has `started` then (ms).
 * Events: `moved`, `follow`, `ended`, `line` (a click on a number).
 */
export class LogViewer extends EventTarget {
  constructor(root, address, started = null) {
    super();
    Object.assign(this, { root, started, selected: null, marks: null });
    this.loaded = new LoadedLines(root, address, (line) => this.draw(line));
    this.loaded.addEventListener("measured", () => this.tellMoved());
    this.loaded.addEventListener("ended", () => this.end());
    this.root.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.root.addEventListener("click", (event) => this.click(event));
    copyCleanly(this.root);
  }

  get path() {
    return this.loaded.path;
  }

  /** Open `path` at its end, at its start, at a line number, or at a byte. */
  async open(path, { line = null, byte = null, start = false } = {}) {
    this.stop();
    this.loaded.begin(path);
    if (line !== null) await this.goToLine(line);
    else if (byte !== null) await this.goToByte(byte);
    else if (start) await this.goToStart();
    else await this.goToEnd();
    this.timer = setInterval(() => document.hidden || this.loaded.loadNew(), FOLLOW_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.loaded.forgetRequests();
  }

  // -- moving -------------------------------------------------------------------------------------

  async goToEnd() {
    if (!(await this.loaded.replace({ last: 1 }))) return;
    this.root.scrollTop = this.root.scrollHeight;
    this.tellMoved();
  }

  async goToStart() {
    if (!(await this.loaded.replace({ from_byte: 0 }))) return;
    this.root.scrollTop = 0;
    this.tellMoved();
  }

  /** Go to the line that holds `byte`; `note` is shown below it. */
  async goToByte(byte, note = null) {
    if (!(await this.loaded.replace({ around_byte: byte }))) return;
    const line = this.loaded.lines.findLast((one) => one.byte <= byte);
    if (note && line) this.loaded.elementOf(line).after(note);
    this.reveal(line);
    const match = (note ?? this.root.querySelector(".log-line.at"))?.querySelector("mark");
    if (match) scrollSideways(this.root, match);
  }

  async goToLine(number) {
    const first_line = Math.max(1, number - CHUNK_LINES / 3);
    if (!(await this.loaded.replace({ first_line }))) return;
    const { lines } = this.loaded;
    this.reveal(lines.find((line) => line.no === number) ?? lines[0]);
  }

  tellMoved() {
    this.dispatchEvent(new CustomEvent("moved"));
  }

  reveal(line) {
    const element = line && this.loaded.elementOf(line);
    if (!element) return;
    this.root.querySelector(".log-line.at")?.classList.remove("at");
    element.classList.add("at");
    this.revealAgain();
  }

  /** Scroll to the line that was revealed last, if it is still here. */
  revealAgain() {
    const element = this.root.querySelector(".log-line.at");
    if (!element) return;
    // Not scrollIntoView: that would scroll the page as well.
    const above = element.getBoundingClientRect().top - this.root.getBoundingClientRect().top;
    this.root.scrollTop += above - this.root.clientHeight / 2;
  }

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    const left = scrollHeight - clientHeight - scrollTop;
    if (this.following && left > NEAR_EDGE_PX && scrollTop < this.lastTop) this.setFollow(false);
    this.lastTop = scrollTop;
    if (scrollTop < NEAR_PX) this.loaded.loadBefore();
    if (left < NEAR_PX) this.loaded.loadAfter();
    this.tellMoved();
  }

  get isAtStart() {
    return !this.loaded.firstByte && this.root.scrollTop < NEAR_EDGE_PX;
  }

  get isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    return this.loaded.atEnd && scrollHeight - clientHeight - scrollTop < NEAR_EDGE_PX;
  }

  // -- following ----------------------------------------------------------------------------------

  get following() {
    return this.loaded.followsEnd;
  }

  setFollow(on) {
    this.loaded.followsEnd = Boolean(on);
    if (on && this.path && !this.isAtEnd) this.goToEnd();
    this.dispatchEvent(new CustomEvent("follow"));
  }

  /** Nobody writes the log any more. */
  end() {
    this.setFollow(false);
    this.dispatchEvent(new CustomEvent("ended"));
  }

  // -- marked and selected lines ------------------------------------------------------------------

  draw(line) {
    const element = drawLine(line, this);
    if (line.no !== null) element.classList.toggle("selected", this.isSelected(line.no));
    return element;
  }

  /** Mark the matches of a search in the lines on screen. */
  setMarks(pattern) {
    if (!pattern && !this.marks) return;
    this.marks = pattern;
    const revealed = this.root.querySelector(".log-line.at")?.dataset;
    this.loaded.redraw();
    if (revealed) this.loaded.elementOf(revealed).classList.add("at");
  }

  click(event) {
    const number = event.target.closest(".log-no");
    if (!number) return;
    const no = Number(number.parentElement.dataset.no);
    if (!no) return;
    this.dispatchEvent(new CustomEvent("line", { detail: { no, range: event.shiftKey } }));
  }

  /** Highlight the lines [first, last], or none. */
  select(range) {
    this.selected = range;
    for (const element of this.root.children) {
      element.classList.toggle("selected", this.isSelected(Number(element.dataset.no)));
    }
  }

  isSelected(no) {
    return Boolean(this.selected) && no >= this.selected[0] && no <= this.selected[1];
  }
}
