// A field that asks for what its words find, and offers that in the list below it.

import { OptionList } from "./option_list.js";
import { isAborted } from "./requests.js";

const DELAY_MS = 150;

export class Combobox {
  /**
   * The combobox and the listbox in `root`. `find(words, signal)` returns {entries, rest} for an
   * OptionList. `choose(value)` hears what is chosen.
   */
  constructor(root, { find, choose }) {
    Object.assign(this, { root, find });
    this.input = root.querySelector("[role=combobox]");
    this.list = new OptionList(this.input, root.querySelector("[role=listbox]"), (value) => {
      this.close();
      choose(value);
    });
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("focus", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.list.press(event));
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
      if (!isAborted(error)) this.show({ rest: error.message });
    }
  }

  show({ entries = [], rest = "" }) {
    if (this.root.contains(document.activeElement)) this.list.show(entries, rest);
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hide();
  }
}
