// A field with a list below it: what one types finds entries, and the mouse or keys choose one.

import { element } from "../lib/element.js";
import { isAborted } from "./requests.js";

const DELAY_MS = 150;

export class Combobox {
  /**
   * The combobox and the listbox in `root`. `find(words, signal)` returns {entries, note}: entries
   * are {value, text, detail}, the note stands below them. `choose(value)` hears what is chosen.
   */
  constructor(root, { find, choose }) {
    Object.assign(this, { root, find, choose, active: null });
    this.input = root.querySelector("[role=combobox]");
    this.list = root.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("focus", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("focusout", ({ relatedTarget }) => {
      if (!root.contains(relatedTarget)) this.close();
    });
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), DELAY_MS);
  }

  async look() {
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const found = await this.find(this.input.value.trim(), signal);
      if (!signal.aborted) this.show(found);
    } catch (error) {
      if (!isAborted(error)) this.show({ note: error.message });
    }
  }

  show({ entries = [], note = "" }) {
    const options = entries.map((entry, index) => this.option(entry, index));
    this.list.replaceChildren(...options);
    if (note) this.list.append(element("p", { class: "muted small" }, note));
    const isOpen = this.root.contains(document.activeElement) && this.list.childElementCount > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.mark(null);
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.show({});
  }

  option({ value, text, detail = "" }, index) {
    return element(
      "div",
      {
        role: "option",
        id: `${this.list.id}-${index}`,
        tabIndex: -1,
        title: text,
        "aria-selected": "false",
        onclick: () => this.take(value),
      },
      element("span", { class: "clip" }, text),
      detail && element("small", { class: "muted" }, detail),
    );
  }

  take(value) {
    this.close();
    this.choose(value);
  }

  mark(option) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") return this.close();
    if (event.key === "Enter" && this.active) {
      event.preventDefault();
      return this.active.click();
    }
    if (!step || !options.length) return null;
    event.preventDefault();
    const from = options.indexOf(this.active);
    const to = (from + step + options.length + (from < 0 && step < 0)) % options.length;
    return this.mark(options[to]);
  }
}
