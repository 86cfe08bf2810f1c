// A field that chooses names from a list by searching: one, or several as chips.

import { element } from "../../lib/element.js";
import { icon } from "../icons.js";

const MOST_SHOWN = 100;
let lists = 0;

/** Makes `input` choose from `options`, [{value, label, note}]. Its `value` is a list of values where
 * `several` are chosen, else a text. Each change is an `input` event of the field. */
export class Picker {
  constructor(input, { several = false } = {}) {
    Object.assign(this, { input, several, chosen: [], options: [], active: -1 });
    this.isSuggested = false;
    lists += 1;
    this.list = element("ul", { class: "picker-list", role: "listbox", hidden: true });
    this.list.id = `picker-${lists}`;
    this.box = element("div", { class: "picker" });
    input.replaceWith(this.box);
    this.box.append(input, this.list);
    // A label stands for its first field or button unless it names one: a chip has a button.
    input.id ||= `${this.list.id}-field`;
    const label = input.closest("label");
    if (label) label.htmlFor = input.id;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    this.listen();
  }

  listen() {
    const { input, list } = this;
    input.addEventListener("input", ({ isTrusted }) => isTrusted && this.show());
    input.addEventListener("click", () => this.show());
    input.addEventListener("blur", () => this.leave());
    input.addEventListener("keydown", (event) => this.key(event));
    // The field keeps the focus.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      event.preventDefault();
      const line = event.target.closest("[data-value]");
      if (line) this.choose(line.dataset.value);
    });
  }

  get value() {
    const typed = this.input.value.trim();
    if (!this.several) return this.valueOf(typed);
    return [...new Set([...(typed ? this.own : this.chosen), ...this.namesIn(typed)])];
  }

  set value(value) {
    this.isSuggested = false;
    this.chosen = this.several ? [...value] : [];
    this.input.value = this.several ? "" : this.labelOf(value ?? "");
    this.drawChips();
  }

  /** Begin with `values`. The first that somebody chooses takes their place. */
  suggest(values) {
    this.value = values;
    this.isSuggested = true;
  }

  /** What somebody has chosen. */
  get own() {
    return this.isSuggested ? [] : this.chosen;
  }

  labelOf(value) {
    return this.options.find((option) => option.value === value)?.label ?? value;
  }

  valueOf(text) {
    return this.options.find(({ label }) => label === text)?.value ?? text;
  }

  /** Names that were typed, with commas between them; a name that holds a comma is kept whole. */
  namesIn(text) {
    if (!text) return [];
    const isKnown = this.options.some(({ value, label }) => value === text || label === text);
    const parts = isKnown ? [text] : text.split(",").map((part) => part.trim());
    return parts.filter(Boolean).map((part) => this.valueOf(part));
  }

  /** Is there anything typed that is no name of the list? */
  get isUnknown() {
    const known = new Set(this.options.map(({ value }) => value));
    return [this.several ? this.namesIn(this.input.value) : this.valueOf(this.input.value)]
      .flat()
      .some((value) => value && !known.has(value));
  }

  // -- the list -----------------------------------------------------------------------------------

  get found() {
    const typed = this.input.value.trim();
    const isWhole = !this.several && this.valueOf(typed) !== typed;
    const text = isWhole ? "" : typed.toLowerCase();
    const fits = ({ value, label }) => `${label} ${value}`.toLowerCase().includes(text);
    return this.options.filter((one) => fits(one) && !this.own.includes(one.value));
  }

  show() {
    const { found } = this;
    this.active = -1;
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    const left = found.length - MOST_SHOWN;
    this.list.replaceChildren(
      ...found.slice(0, MOST_SHOWN).map((option, i) => this.drawOption(option, i)),
      ...(left > 0
        ? [element("li", {}, element("small", {}, `${left} more: type to search`))]
        : []),
    );
  }

  drawOption({ value, label, note }, i) {
    const settings = { role: "option", id: `${this.list.id}-${i}`, data: { value } };
    return element("li", settings, label, note && element("small", {}, note));
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  leave() {
    this.hide();
    if (!this.several || this.isUnknown || !this.input.value.trim()) return;
    this.chosen = this.value;
    this.isSuggested = false;
    this.input.value = "";
    this.drawChips();
  }

  choose(value) {
    if (this.several) {
      this.chosen = [...new Set([...this.own, value])];
      this.isSuggested = false;
      this.input.value = "";
    } else this.input.value = this.labelOf(value);
    this.drawChips();
    if (this.several) this.show();
    else this.hide();
    this.tell();
  }

  remove(value) {
    this.chosen = this.chosen.filter((one) => one !== value);
    this.isSuggested = false;
    this.drawChips();
    this.tell();
  }

  tell() {
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  drawChips() {
    this.box.querySelectorAll(".chip").forEach((chip) => chip.remove());
    this.input.before(
      ...this.chosen.map((value) => {
        const label = this.labelOf(value);
        const settings = { type: "button", "aria-label": `Remove ${label}` };
        const remove = element(
          "button",
          { ...settings, onclick: () => this.remove(value) },
          icon("x"),
        );
        return element("span", { class: "chip" }, label, remove);
      }),
    );
  }

  key(event) {
    const { key } = event;
    const isOpen = !this.list.hidden;
    const lines = [...this.list.querySelectorAll("[data-value]")];
    if (key === "Backspace" && !this.input.value && this.chosen.length)
      return this.remove(this.chosen.at(-1));
    if (key === "ArrowDown" && !isOpen) this.show();
    else if ((key === "ArrowDown" || key === "ArrowUp") && lines.length) {
      const by = key === "ArrowDown" ? 1 : -1;
      this.move(lines, (this.active + by + lines.length) % lines.length);
    } else if (key === "Enter" && isOpen && lines[this.active])
      this.choose(lines[this.active].dataset.value);
    else if (key === "Escape" && isOpen) this.hide();
    else return undefined;
    event.preventDefault();
    return event.stopPropagation();
  }

  move(lines, index) {
    lines[this.active]?.removeAttribute("aria-selected");
    this.active = index;
    lines[index].setAttribute("aria-selected", "true");
    lines[index].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", lines[index].id);
  }
}
