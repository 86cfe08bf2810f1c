// A field that chooses names from a list by searching: one, or several as chips.

import { element } from "../../lib/element.js";
import { icon } from "../icons.js";
import { OptionList } from "../option_list.js";

const MOST_SHOWN = 100;
const COMBOBOX = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list" };
let pickers = 0;

/** Makes `input` choose from `options`, [{value, label, note}]. Its `value` is a list of values where
 * `several` are chosen, else a text. Each change is an `input` event of the field. */
export class Picker {
  constructor(input, { several = false } = {}) {
    Object.assign(this, { input, several, chosen: [], known: [] });
    this.isSuggested = this.isSearched = false;
    pickers += 1;
    const id = `picker-${pickers}`;
    const list = element("div", { class: "sheet options", role: "listbox", id, hidden: true });
    for (const [name, text] of Object.entries({ ...COMBOBOX, "aria-controls": id }))
      input.setAttribute(name, text);
    this.list = new OptionList(input, list, (value) => this.choose(value));
    this.box = element("div", { class: "picker" });
    input.replaceWith(this.box);
    this.box.append(input, list);
    // A label stands for its first field or button unless it names one: a chip has a button.
    input.id ||= `${id}-field`;
    const label = input.closest("label");
    if (label) label.htmlFor = input.id;
    input.addEventListener("input", ({ isTrusted }) => isTrusted && this.show());
    input.addEventListener("click", () => this.show());
    input.addEventListener("blur", () => this.leave());
    input.addEventListener("keydown", (event) => this.key(event));
  }

  get options() {
    return this.known;
  }

  /** Options that come while somebody looks for one are offered at once. */
  set options(options) {
    this.known = options;
    if (this.isSearched) this.show();
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

  get found() {
    const typed = this.input.value.trim();
    const isWhole = !this.several && this.valueOf(typed) !== typed;
    const text = isWhole ? "" : typed.toLowerCase();
    const fits = ({ value, label }) => `${label} ${value}`.toLowerCase().includes(text);
    return this.options.filter((one) => fits(one) && !this.own.includes(one.value));
  }

  show() {
    this.isSearched = true;
    const { found } = this;
    const left = found.length - MOST_SHOWN;
    const rest = left > 0 ? `${left.toLocaleString("en-US")} more. Type to find them.` : "";
    this.list.show(found.slice(0, MOST_SHOWN), rest);
  }

  leave() {
    this.hide();
    if (!this.several || this.isUnknown || !this.input.value.trim()) return;
    this.chosen = this.value;
    this.isSuggested = false;
    this.input.value = "";
    this.drawChips();
  }

  hide() {
    this.isSearched = false;
    this.list.hide();
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
    const { list, input } = this;
    if (event.key === "Escape") this.isSearched = false;
    if (event.key === "Backspace" && !input.value && this.chosen.length)
      this.remove(this.chosen.at(-1));
    else if (event.key === "ArrowDown" && !list.isOpen) this.show();
    else if (!list.press(event) && event.key === "Enter" && this.firstFound) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.firstFound.dataset.value);
    }
  }

  /** The first line that the typed text finds, which Enter chooses; none for a text that is a name
   * itself: Enter ends the form with it. */
  get firstFound() {
    return this.list.isOpen && this.isUnknown ? this.list.options[0] : undefined;
  }
}
