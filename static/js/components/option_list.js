// The list below a field that offers what may be chosen (ARIA: the listbox of a combobox). The
// field keeps the focus.

import { element } from "../lib/element.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class OptionList {
  /** The list `root` of the field `input`; `choose(value)` hears what a click or Enter chooses. */
  constructor(input, root, choose) {
    Object.assign(this, { input, root, choose, active: null });
    root.addEventListener("mousedown", (event) => event.preventDefault());
    root.addEventListener("click", (event) => {
      // In a label, a click would go on to its field.
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) choose(option.dataset.value);
    });
  }

  get isOpen() {
    return !this.root.hidden;
  }

  get options() {
    return [...this.root.querySelectorAll("[role=option]")];
  }

  /** Offer `entries`, [{value, label, note}], none of them active, and the sentence `rest` below
   * them. Without either, the list is closed. */
  show(entries, rest = "") {
    const settings = { class: "rest small muted", role: "presentation" };
    const lines = entries.map((entry, index) => this.draw(entry, index));
    this.root.replaceChildren(...lines, ...(rest ? [element("p", settings, rest)] : []));
    this.root.hidden = !this.root.childElementCount;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    this.mark(null);
  }

  hide() {
    this.show([]);
  }

  draw({ value, label, note }, index) {
    const id = `${this.root.id}-${index}`;
    return element(
      "div",
      { role: "option", id, title: label, "aria-selected": "false", data: { value } },
      element("span", { class: "clip" }, label),
      note && element("small", {}, note),
    );
  }

  /** Make `option` the active one; null for none. */
  mark(option) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** Make the option after the active one active (`by` 1), or the one before it (-1). */
  move(by) {
    const { options } = this;
    const from = options.indexOf(this.active);
    const start = from < 0 && by < 0 ? options.length : from;
    this.mark(options[(start + by + options.length) % options.length]);
  }

  /** Let a key of the field work on the open list: arrows move, Enter chooses the active option,
   * Escape closes. Tells whether it did. */
  press(event) {
    if (!this.isOpen) return false;
    const step = STEPS[event.key];
    if (step && this.options.length) this.move(step);
    else if (event.key === "Enter" && this.active) this.choose(this.active.dataset.value);
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
