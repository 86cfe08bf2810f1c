// Finds a run of the workspace: what one types finds runs by their name, in any experiment; a
// choice is handed on.

import { element } from "../lib/element.js";
import { writeState } from "../lib/url_state.js";
import { fetchJson, isAborted } from "./requests.js";

const DELAY_MS = 150;
const MOST = 8;

/** The combobox in `form` (`_find_run.html`): calls `choose(id)`; runs in `without` (ids) are not
 * offered. */
export class RunFinder {
  constructor(form, { choose, without = [] }) {
    Object.assign(this, { form, choose, without: new Set(without) });
    this.input = form.querySelector("[role=combobox]");
    this.list = form.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("focus", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.press(event));
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!form.contains(relatedTarget)) this.show([]);
    });
    form.addEventListener("submit", (event) => {
      const option = this.active ?? this.list.querySelector("[role=option]");
      if (!option) return;
      event.preventDefault();
      option.click();
    });
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), DELAY_MS);
  }

  async find() {
    this.asked?.abort();
    this.asked = new AbortController();
    const words = this.input.value.trim();
    const pattern = `%${words.replace(/[\\%_]/g, "\\$&").replace(/'/g, "''")}%`;
    const query = {
      q: words ? `run.name ILIKE '${pattern}'` : undefined,
      cols: "run.name,run.experiment",
      children: true,
      limit: MOST + this.without.size,
    };
    try {
      const { signal } = this.asked;
      const page = await fetchJson(this.form.dataset.find + writeState(query), { signal });
      this.show(page.rows.filter((row) => !this.without.has(row.id)).slice(0, MOST), words);
    } catch (error) {
      if (!isAborted(error)) this.tell(error.message);
    }
  }

  show(rows, words = "") {
    this.list.replaceChildren(...rows.map((row, index) => this.option(row, index)));
    if (!rows.length && words) this.tell("No other run has this name.");
    const isOpen = this.form.contains(document.activeElement) && this.list.childElementCount > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.input.removeAttribute("aria-activedescendant");
    this.active = null;
  }

  tell(words) {
    this.list.replaceChildren(element("p", { class: "muted small" }, words));
    this.list.hidden = false;
  }

  option({ id, name, number, cells }, index) {
    const experiment = cells.find((cell) => cell?.text)?.text ?? "";
    return element(
      "div",
      {
        role: "option",
        id: `${this.list.id}-${index}`,
        tabIndex: -1,
        "aria-selected": "false",
        onclick: () => this.take(id),
      },
      element("span", { class: "clip" }, name),
      element("small", { class: "muted" }, `${experiment} #${number}`),
    );
  }

  take(id) {
    this.input.value = "";
    this.show([]);
    this.choose(id);
  }

  press(event) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") return this.show([]);
    if (!step || !options.length) return null;
    event.preventDefault();
    const from = options.indexOf(this.active);
    const next = options[(from + step + options.length + (from < 0 && step < 0)) % options.length];
    this.active?.setAttribute("aria-selected", "false");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", next.id);
    this.active = next;
    return null;
  }
}
