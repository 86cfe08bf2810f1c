// The lines of a log that are in the page: a window onto a log of any size, loaded by byte.

import { isSameDay } from "../../lib/times.js";
import { fetchJson } from "../requests.js";
import { markTraces } from "./traces.js";

export const CHUNK_LINES = 300;
const MOST_LINES = 3000;

/**
 * Lines of one log as children of `root`, which scrolls. `address` answers pages of lines, `draw`
 * makes the element of a line. What one sees stays in place when lines come or go; with
 * `followsEnd` the end stays in sight. Events: `measured` (the length of the log is known),
 * `ended` (nobody writes the log any more).
 */
export class LoadedLines extends EventTarget {
  constructor(root, address, draw) {
    super();
    Object.assign(this, { root, address, draw, lines: [], generation: 0, followsEnd: false });
  }

  /** Begin with the log `path`; nothing of it is loaded yet. */
  begin(path) {
    this.forgetRequests();
    this.path = path;
    this.root.replaceChildren();
    this.lines = [];
  }

  /** Drop the answers to all requests that are on their way. */
  forgetRequests() {
    this.generation += 1;
  }

  fetch(place) {
    const params = new URLSearchParams({ path: this.path, count: CHUNK_LINES, ...place });
    return fetchJson(`${this.address}?${params}`);
  }

  /** Load the lines at a place instead of all others; false where the reader has gone elsewhere
   * meanwhile. */
  async replace(place) {
    this.forgetRequests();
    const { generation } = this;
    const page = await this.fetch(place);
    if (generation !== this.generation) return false;
    this.lines = page.lines;
    this.firstByte = page.first_byte;
    this.redraw();
    this.takeEnd(page);
    return true;
  }

  redraw() {
    this.root.replaceChildren(...this.lines.map((line) => this.draw(line)));
  }

  elementOf(line) {
    return this.root.querySelector(`[data-byte="${line.byte}"]`);
  }

  /** `page` holds the last lines that are loaded now. */
  takeEnd(page) {
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
    if (hasEnded) this.dispatchEvent(new CustomEvent("ended"));
    this.received = page.received;
    this.root.parentElement.style.setProperty("--digits", String(page.total_lines ?? 1e8).length);
    this.root.classList.toggle(
      "spans-days",
      Boolean(page.received) && !isSameDay(...page.received),
    );
    this.dispatchEvent(new CustomEvent("measured"));
  }

  // -- growing at both ends -----------------------------------------------------------------------

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

  /** Load the new bytes of a growing log; a last line that was unfinished comes again. */
  async loadNew() {
    if (this.loading || !this.growing) return;
    if (!this.atEnd) return this.peek();
    const page = await this.exclusively({ from_byte: this.nextByte, poll: 1 });
    if (!page) return;
    const { followsEnd } = this;
    this.append(page);
    if (followsEnd) this.root.scrollTop = this.root.scrollHeight;
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
    this.takeEnd(page);
    this.trimStart();
  }

  /** Ask for a page while no other is asked for; null where the reader has gone elsewhere. */
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
    if (!this.followsEnd) this.root.scrollTop -= height - this.root.scrollHeight;
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
}
