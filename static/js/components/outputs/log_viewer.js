// A log of any size: only a window of its lines is in the page, loaded by byte as one scrolls.

import { isSameDay } from "../../lib/times.js";
import { fetchJson } from "../requests.js";
import { copyCleanly } from "./copied_lines.js";
import { drawLine } from "./log_line.js";
import { scrollSideways } from "./sideways.js";
import { markTraces } from "./traces.js";

const CHUNK_LINES = 300;
const MOST_LINES = 3000;
const NEAR_PX = 600;
const NEAR_EDGE_PX = 40;
const FOLLOW_MS = 1000;

/** Shows one log in `root`; `address` answers pages of lines; the run has `started` then (ms). */
export class LogViewer extends EventTarget {
  constructor(root, address, started = null) {
    super();
    Object.assign(this, { root, address, started, selected: null });
    this.root.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.root.addEventListener("click", (event) => this.click(event));
    copyCleanly(this.root);
    this.marks = null;
  }

  /** Open `path` at its end, at its start, at a line number, or at a byte. */
  async open(path, { line = null, byte = null, start = false } = {}) {
    this.stop();
    this.path = path;
    this.root.replaceChildren();
    this.lines = [];
    if (line !== null) await this.goToLine(line);
    else if (byte !== null) await this.goToByte(byte);
    else if (start) await this.goToStart();
    else await this.goToEnd();
    this.timer = setInterval(() => this.poll(), FOLLOW_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.generation = (this.generation ?? 0) + 1;
  }

  fetch(place) {
    const params = new URLSearchParams({ path: this.path, count: CHUNK_LINES, ...place });
    return fetchJson(`${this.address}?${params}`);
  }

  // -- moving -------------------------------------------------------------------------------------

  async goToEnd() {
    if (!(await this.replace({ last: 1 }))) return;
    this.root.scrollTop = this.root.scrollHeight;
    this.tellMoved();
  }

  async goToStart() {
    if (!(await this.replace({ from_byte: 0 }))) return;
    this.root.scrollTop = 0;
    this.tellMoved();
  }

  /** Go to the line that holds `byte`; `note` is shown below it. */
  async goToByte(byte, note = null) {
    if (!(await this.replace({ around_byte: byte }))) return;
    const line = this.lines.findLast((one) => one.byte <= byte);
    if (note && line) this.elementOf(line).after(note);
    this.reveal(line);
    const match = (note ?? this.root.querySelector(".log-line.at"))?.querySelector("mark");
    if (match) scrollSideways(this.root, match);
  }

  async goToLine(number) {
    if (!(await this.replace({ first_line: Math.max(1, number - CHUNK_LINES / 3) }))) return;
    this.reveal(this.lines.find((line) => line.no === number) ?? this.lines[0]);
  }

  tellMoved() {
    this.dispatchEvent(new CustomEvent("moved"));
  }

  reveal(line) {
    const element = line && this.elementOf(line);
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

  /** Show the lines at a place; false where the reader has gone elsewhere meanwhile. */
  async replace(place) {
    this.generation += 1;
    const { generation } = this;
    const page = await this.fetch(place);
    if (generation !== this.generation) return false;
    this.lines = page.lines;
    this.firstByte = page.first_byte;
    this.root.replaceChildren(...page.lines.map((line) => this.draw(line)));
    this.take(page);
    return true;
  }

  take(page) {
    this.nextByte = page.next_byte;
    this.atEnd = page.at_end;
    this.measure(page);
    markTraces(this.root.children);
  }

  /** Take over what a page says about the whole log. */
  measure(page) {
    this.totalBytes = page.total_bytes;
    this.totalLines = page.total_lines;
    const hasEnded = this.growing && !page.growing;
    this.growing = page.growing;
    if (hasEnded) this.end();
    this.received = page.received;
    this.root.parentElement.style.setProperty("--digits", String(page.total_lines ?? 1e8).length);
    this.root.classList.toggle(
      "spans-days",
      Boolean(page.received) && !isSameDay(...page.received),
    );
    this.tellMoved();
  }

  // -- growing at both ends -----------------------------------------------------------------------

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    const left = scrollHeight - clientHeight - scrollTop;
    if (this.following && left > NEAR_EDGE_PX && scrollTop < this.lastTop) this.setFollow(false);
    this.lastTop = scrollTop;
    if (scrollTop < NEAR_PX) this.loadBefore();
    if (left < NEAR_PX) this.loadAfter();
    this.tellMoved();
  }

  async loadBefore() {
    if (this.loading || !this.firstByte) return;
    const page = await this.exclusively({ before_byte: this.firstByte });
    if (!page?.lines.length) return;
    const height = this.root.scrollHeight;
    this.root.prepend(...page.lines.map((line) => this.draw(line)));
    this.root.scrollTop += this.root.scrollHeight - height;
    this.lines = page.lines.concat(this.lines);
    this.firstByte = page.first_byte;
    this.trimEnd();
  }

  async loadAfter() {
    if (this.loading || this.atEnd) return;
    const page = await this.exclusively({ from_byte: this.nextByte });
    if (page) this.append(page);
  }

  /** New bytes of a growing log; a last line that was unfinished comes again. */
  async poll() {
    if (this.loading || document.hidden || !this.growing) return;
    if (!this.atEnd) return this.peek();
    const page = await this.exclusively({ from_byte: this.nextByte, poll: 1 });
    if (!page) return;
    const stays = this.following;
    this.append(page);
    if (stays) this.root.scrollTop = this.root.scrollHeight;
  }

  /** How long the log is by now, where its end is not in the page. */
  async peek() {
    const page = await this.exclusively({ last: 1, count: 1 });
    if (page) this.measure(page);
  }

  append(page) {
    const last = this.lines.at(-1);
    if (page.lines.length && last?.byte === page.lines[0].byte) {
      this.elementOf(last)?.remove();
      this.lines.pop();
    }
    this.root.append(...page.lines.map((line) => this.draw(line)));
    this.lines = this.lines.concat(page.lines);
    this.take(page);
    this.trimStart();
  }

  /** Nobody writes the log any more. */
  end() {
    this.setFollow(false);
    this.dispatchEvent(new CustomEvent("ended"));
  }

  async exclusively(place) {
    const { generation } = this;
    this.loading = true;
    try {
      const page = await this.fetch(place);
      return generation === this.generation ? page : null;
    } finally {
      this.loading = false;
    }
  }

  trimStart() {
    const extra = this.lines.length - MOST_LINES;
    if (extra <= 0) return;
    const height = this.root.scrollHeight;
    for (let i = 0; i < extra; i += 1) this.root.firstElementChild.remove();
    this.lines = this.lines.slice(extra);
    this.firstByte = this.lines[0].byte;
    if (!this.following) this.root.scrollTop -= height - this.root.scrollHeight;
  }

  trimEnd() {
    const extra = this.lines.length - MOST_LINES;
    if (extra <= 0) return;
    for (let i = 0; i < extra; i += 1) this.root.lastElementChild.remove();
    this.lines = this.lines.slice(0, MOST_LINES);
    const last = this.lines.at(-1);
    this.nextByte = last.byte + last.size;
    this.atEnd = false;
  }

  // -- follow, wrap, marks ------------------------------------------------------------------------

  setFollow(on) {
    this.following = on;
    if (on && this.lines && !this.isAtEnd) this.goToEnd();
    this.dispatchEvent(new CustomEvent("follow"));
  }

  /** Mark the matches of a search in the lines on screen. */
  setMarks(pattern) {
    this.marks = pattern;
    this.root.replaceChildren(...this.lines.map((line) => this.draw(line)));
  }

  draw(line) {
    const element = drawLine(line, this);
    if (line.no !== null) element.classList.toggle("selected", this.isSelected(line.no));
    return element;
  }

  elementOf(line) {
    return this.root.querySelector(`[data-byte="${line.byte}"]`);
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

  get isAtStart() {
    return !this.firstByte && this.root.scrollTop < NEAR_EDGE_PX;
  }

  get isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    return this.atEnd && scrollHeight - clientHeight - scrollTop < NEAR_EDGE_PX;
  }
}
