// The query box: completion while typing, the error underlined with its reason.

import { element } from "../../lib/element.js";
import { placeBy } from "../placement.js";
import { fetchJson } from "../requests.js";
import { scopeParams } from "./names.js";

const COMPLETE_DELAY_MS = 120;

/** A text field for the filter grammar with a list of completions (an ARIA combobox). */
export class QueryBox {
  constructor(root, store) {
    Object.assign(this, { root, store });
    this.input = root.querySelector("input");
    this.list = root.querySelector("[role=listbox]");
    this.problem = root.querySelector("[data-problem]");
    this.underline = root.querySelector("[data-underline]");
    this.input.value = store.state.q ?? "";
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.input.addEventListener("scroll", () => this.alignUnderline());
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option);
      event.preventDefault();
    });
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
    return !this.list.hidden && this.completed === this.input.value;
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  offer({ items, start, end, is_cut: isCut }) {
    this.range = [start, end];
    this.list.replaceChildren(
      ...items.map((item, index) =>
        element(
          "li",
          {
            class: "option",
            id: `${this.list.id}-${index}`,
            role: "option",
            data: { insert: item.insert },
          },
          element("span", {}, item.label),
          item.note && element("small", {}, item.note),
        ),
      ),
      ...(isCut ? [drawRest()] : []),
    );
    this.list.hidden = items.length === 0;
    if (items.length)
      placeBy(this.list, this.problem.hidden ? this.input : this.problem, { gap: 4 });
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    this.highlight(-1);
  }

  key(event) {
    const { options } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.isOpen) {
      event.preventDefault();
      this.highlight((this.active + step + options.length) % options.length);
    } else if (event.key === "ArrowDown") this.complete();
    else if (event.key === "Enter" || event.key === "Tab") this.accept(event, options);
    else if (event.key === "Escape") this.leave();
  }

  /** Escape closes the list first, and then leaves the box. */
  leave() {
    if (this.list.hidden && !this.asking) this.input.blur();
    else this.close();
  }

  accept(event, options) {
    const option = options[this.active];
    if (option && this.isOpen) {
      event.preventDefault();
      this.choose(option);
    } else if (event.key === "Enter") this.apply();
  }

  highlight(index) {
    this.active = index;
    const { options } = this;
    options.forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === index));
    });
    const option = options[index];
    this.input.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    const [start, end] = this.range;
    this.input.setRangeText(option.dataset.insert, start, end, "end");
    this.close();
    this.complete();
  }

  /** Close the list; an answer that is still to come is dropped. */
  close() {
    clearTimeout(this.timer);
    this.asking = null;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
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

const drawRest = () =>
  element("li", { role: "presentation", class: "small muted option-rest" }, "Type to see others");
