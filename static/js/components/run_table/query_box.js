// The query box: completion while typing, the error underlined with its reason.

import { element } from "../../lib/element.js";
import { OptionList } from "../option_list.js";
import { placeBy } from "../placement.js";
import { fetchJson } from "../requests.js";
import { scopeParams } from "./names.js";

const COMPLETE_DELAY_MS = 120;

/** A text field for the filter grammar with a list of completions (an ARIA combobox). */
export class QueryBox {
  constructor(root, store) {
    Object.assign(this, { root, store });
    this.input = root.querySelector("input");
    const list = root.querySelector("[role=listbox]");
    this.list = new OptionList(this.input, list, (insert) => this.choose(insert));
    this.problem = root.querySelector("[data-problem]");
    this.underline = root.querySelector("[data-underline]");
    this.input.value = store.state.q ?? "";
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.input.addEventListener("scroll", () => this.alignUnderline());
    store.addEventListener("state", ({ detail }) => "q" in detail && this.show());
    store.addEventListener("error", (event) => this.explain(event.detail));
    this.explain(store.requests.error);
  }

  show() {
    const text = this.store.state.q ?? "";
    if (document.activeElement !== this.input || !this.input.value) this.input.value = text;
  }

  typed() {
    clearTimeout(this.timer);
    this.explain(null);
    this.asking = {};
    this.timer = setTimeout(() => this.complete(), COMPLETE_DELAY_MS);
  }

  apply() {
    this.close();
    this.store.set({ q: this.input.value.trim() || undefined });
  }

  async complete() {
    const text = this.input.value;
    const asking = {};
    this.asking = asking;
    const params = scopeParams(this.store, { text, cursor: String(this.input.selectionStart) });
    const found = await fetchJson(`${this.root.dataset.completions}?${params}`).catch(() => null);
    if (!found || asking !== this.asking || document.activeElement !== this.input) return;
    this.asking = null;
    this.completed = text;
    this.offer(found);
  }

  /** Are the words on screen those for the text as it is now? */
  get isOpen() {
    return this.list.isOpen && this.completed === this.input.value;
  }

  offer({ items, start, end, is_cut: isCut }) {
    this.range = [start, end];
    const entries = items.map(({ insert, label, note }) => ({ value: insert, label, note }));
    this.list.show(entries, isCut ? "Type to see others" : "");
    if (this.list.isOpen)
      placeBy(this.list.root, this.problem.hidden ? this.input : this.problem, { gap: 4 });
  }

  key(event) {
    if (event.key === "Escape") this.leave();
    else if (this.isOpen && event.key === "Tab" && this.list.active) {
      event.preventDefault();
      this.choose(this.list.active.dataset.value);
    } else if (this.isOpen && this.list.press(event)) return;
    else if (event.key === "ArrowDown") this.complete();
    else if (event.key === "Enter") this.apply();
  }

  /** Escape closes the list first, and then leaves the box. */
  leave() {
    if (!this.list.isOpen && !this.asking) this.input.blur();
    else this.close();
  }

  choose(insert) {
    const [start, end] = this.range;
    this.input.setRangeText(insert, start, end, "end");
    this.close();
    this.complete();
  }

  /** Close the list; an answer that is still to come is dropped. */
  close() {
    clearTimeout(this.timer);
    this.asking = null;
    this.list.hide();
  }

  /** Underline `position … position + length` of the text and say why it is wrong. What is wrong
   * comes before what could come next. */
  explain(error) {
    const placed = error && error.position !== undefined;
    this.problem.textContent = error ? [error.message, error.hint].filter(Boolean).join(" ") : "";
    this.problem.hidden = !error;
    if (error) this.close();
    this.input.setAttribute("aria-invalid", String(Boolean(error)));
    this.underline.replaceChildren();
    if (!placed) return;
    const text = this.input.value;
    const end = error.position + Math.max(1, error.length ?? 1);
    const mark = element("mark", {}, text.slice(error.position, end).padEnd(1, " "));
    this.underline.append(text.slice(0, error.position), mark);
    this.alignUnderline();
  }

  alignUnderline() {
    this.underline.scrollLeft = this.input.scrollLeft;
  }
}
