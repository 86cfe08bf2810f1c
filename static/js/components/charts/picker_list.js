// The list below a field from which names are chosen (ARIA: a listbox of a combobox).

import { element } from "../../lib/element.js";

const MOST_SHOWN = 100;
let lists = 0;

/** A list that belongs to `input`; `choose(value)` hears of a click. */
export class PickerList {
  constructor(input, choose) {
    Object.assign(this, { input, active: -1 });
    lists += 1;
    this.element = element("ul", { class: "picker-list", role: "listbox", hidden: true });
    this.element.id = `picker-${lists}`;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", this.element.id);
    input.setAttribute("aria-expanded", "false");
    // The field keeps the focus.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    this.element.addEventListener("click", (event) => {
      event.preventDefault();
      const line = event.target.closest("[data-value]");
      if (line) choose(line.dataset.value);
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get lines() {
    return [...this.element.querySelectorAll("[data-value]")];
  }

  /** The value of the line that the arrows have reached; undefined for none. */
  get activeValue() {
    return this.isOpen ? this.lines[this.active]?.dataset.value : undefined;
  }

  /** Show `options`, [{value, label, note}], none of them active. */
  show(options) {
    this.active = -1;
    this.element.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    const left = options.length - MOST_SHOWN;
    this.element.replaceChildren(
      ...options.slice(0, MOST_SHOWN).map((option, i) => this.draw(option, i)),
      ...(left > 0
        ? [element("li", { role: "presentation" }, element("small", {}, restOf(left)))]
        : []),
    );
  }

  draw({ value, label, note }, i) {
    const settings = { role: "option", id: `${this.element.id}-${i}`, data: { value } };
    return element("li", settings, label, note && element("small", {}, note));
  }

  hide() {
    this.element.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Make the line after the active one active (`by` 1), or the one before it (-1). */
  move(by) {
    const { lines } = this;
    lines[this.active]?.removeAttribute("aria-selected");
    this.active = (this.active + by + lines.length) % lines.length;
    const line = lines[this.active];
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", line.id);
  }
}

const restOf = (left) => `${left.toLocaleString("en-US")} more. Type to find them.`;
