// Search of a whole log on the server: hits, next and previous, only the lines that match.

import { fetchJson } from "../requests.js";
import { drawHidden, drawHit } from "./log_hits.js";

const SEARCH_DELAY_MS = 250;

/** The search controls of one viewer. */
export class LogSearch extends EventTarget {
  constructor(form, viewer, { address, list }) {
    super();
    Object.assign(this, { form, viewer, address, list, hits: [], at: -1, generation: 0 });
    this.opened = Promise.resolve();
    this.input = form.elements.find;
    this.status = form.querySelector("[data-hits]");
    form.addEventListener("input", (event) => {
      if (event.target === form.elements.only) return this.showOnly();
      clearTimeout(this.timer);
      this.status.textContent = "";
      this.timer = setTimeout(() => this.searchTyped(), SEARCH_DELAY_MS);
      return undefined;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.searchAndStep(1);
    });
    form.addEventListener("click", (event) => {
      const { step } = event.target.closest("[data-step]")?.dataset ?? {};
      if (step) this.searchAndStep(Number(step));
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.shiftKey) {
        event.preventDefault();
        this.searchAndStep(-1);
      }
    });
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-byte]");
      if (!row) return;
      form.elements.only.checked = false;
      this.showAt(Number(row.dataset.byte));
    });
  }

  get options() {
    const { regex, match } = this.form.elements;
    return { regex: regex.checked ? 1 : 0, case: match.checked ? 1 : 0 };
  }

  /** What the address of the page keeps. */
  get state() {
    const { only } = this.form.elements;
    if (!this.input.value) return {};
    return { ...this.wanted, only: only.checked ? "1" : "", hit: this.at < 0 ? "" : this.at + 1 };
  }

  /** What is looked for. */
  get wanted() {
    const { find, regex, match } = this.form.elements;
    return { find: find.value, regex: regex.checked ? "1" : "", case: match.checked ? "1" : "" };
  }

  /** Take over what an address has kept. */
  read(state) {
    const { find, regex, match, only } = this.form.elements;
    find.value = state.get("find") ?? "";
    regex.checked = state.get("regex") === "1";
    match.checked = state.get("case") === "1";
    only.checked = state.get("only") === "1";
  }

  /** Search anew: another file was opened, at its match with the number `hit` (from 1). */
  async reset(hit = null) {
    await this.search();
    if (this.hits[hit - 1]) await this.show(hit - 1);
  }

  change() {
    this.dispatchEvent(new CustomEvent("changed"));
  }

  showOnly() {
    this.drawList();
    this.change();
  }

  /** Go to a match; what was typed a moment ago is looked for first. */
  async searchAndStep(by) {
    await this.searchTyped();
    this.step(by);
  }

  /** Search, unless it is what was searched last. A file that is being opened is waited for. */
  async searchTyped() {
    await this.opened;
    if (this.searched !== JSON.stringify(this.wanted)) return this.search();
    this.tell();
    return this.hits.length ? undefined : this.found;
  }

  search() {
    this.found = this.searchNow();
    return this.found;
  }

  async searchNow() {
    clearTimeout(this.timer);
    const text = this.input.value;
    this.searched = JSON.stringify(this.wanted);
    this.hits = [];
    this.at = -1;
    this.change();
    this.more = 0;
    this.searching = null;
    this.generation += 1;
    const { generation } = this;
    try {
      if (text) await this.collect(text, generation);
    } catch (error) {
      if (generation === this.generation) this.status.textContent = error.message;
      return;
    }
    if (generation !== this.generation) return;
    this.viewer.setMarks(text ? this.pattern(text) : null);
    this.tell();
  }

  /** Ask on until the whole file was searched, showing the count as it grows. */
  async collect(text, generation) {
    let from = 0;
    while (from !== null && generation === this.generation) {
      const params = new URLSearchParams({
        path: this.viewer.path,
        q: text,
        from_byte: from,
        ...this.options,
      });
      const answer = await fetchJson(`${this.address}?${params}`);
      if (generation !== this.generation) return;
      this.hits.push(...answer.hits);
      this.more = answer.more;
      this.counted = answer.counted;
      from = answer.hits.length >= 1000 ? null : answer.resume_byte;
      this.searching = from !== null ? from / answer.size_bytes : null;
      this.tell();
    }
  }

  pattern(text) {
    const { regex, case: exact } = this.options;
    const source = regex ? text : text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    try {
      return new RegExp(source, exact ? "gu" : "giu");
    } catch {
      return null;
    }
  }

  step(by) {
    const { length } = this.hits;
    const from = this.at < 0 && by < 0 ? 0 : this.at;
    if (length) this.show((from + by + length) % length);
  }

  /** Show the match at `byte`. While the same words are looked for anew, it may not be found yet. */
  async showAt(byte) {
    const index = () => this.hits.findIndex((hit) => hit.byte === byte);
    if (index() < 0) await this.found;
    if (index() >= 0) await this.show(index());
  }

  async show(index) {
    this.at = index;
    this.tell();
    this.change();
    this.viewer.setFollow(false);
    const hit = this.hits[index];
    await this.viewer.goToByte(hit.byte, hit.hidden ? drawHidden(hit) : null);
  }

  tell() {
    const total = this.hits.length + (this.more ?? 0);
    const words = [];
    if (this.input.value)
      words.push(
        total
          ? `${this.at >= 0 ? `${this.at + 1} of ` : ""}${total.toLocaleString("en-US")}${this.counted === false ? "+" : ""}`
          : "no match",
      );
    if (this.searching) words.push(`${Math.round(this.searching * 100)} %`);
    this.status.textContent = words.join(" · ");
    this.drawList();
  }

  drawList() {
    const only = this.form.elements.only.checked && this.input.value;
    const closes = !this.list.hidden && !only;
    this.list.hidden = !only;
    if (closes) this.viewer.revealAgain();
    if (!only) return;
    this.list.replaceChildren(...this.hits.map((hit, index) => drawHit(hit, index === this.at)));
    this.list.querySelector(".at")?.scrollIntoView({ block: "nearest" });
  }
}
