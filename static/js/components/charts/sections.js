// All metrics of a page by prefix (`train/`, `val/`): a section makes its charts when it is opened.

import { makeSpec } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { sectionsOf } from "../../lib/metric_sections.js";
import { joinList, splitList } from "../../lib/url_state.js";
import { ChartCard } from "./card.js";

const CARDS_AT_ONCE = 12;

/** The sections below the charts of a strip. Which of them are open is `open=` in the URL. */
export class ChartSections {
  constructor(root, strip) {
    Object.assign(this, { root, strip, sections: new Map() });
    this.body = root.querySelector("[data-open-sections]");
    this.bar = root.querySelector("[data-section-bar]");
    this.title = root.querySelector("[data-section-title]");
    this.build();
  }

  /** Make the sections of the names of now; those that the URL has open are opened again. */
  build() {
    const { root } = this;
    const { known, total } = this.strip.names;
    for (const section of this.sections.values()) if (section.element) this.close(section);
    this.sections.clear();
    const count = total.toLocaleString("en-US");
    const shown = known.length.toLocaleString("en-US");
    this.title.textContent =
      total > known.length ? `First ${shown} of ${count} metrics` : "All metrics";
    this.bar.replaceChildren(this.title);
    for (const [prefix, names] of sectionsOf(known)) {
      const settings = { class: "chip", type: "button", onclick: () => this.toggle(prefix) };
      const count = element("b", {}, names.length.toLocaleString("en-US"));
      const button = element("button", settings, prefix, " ", count);
      this.bar.append(button);
      this.sections.set(prefix, { prefix, names, button, cards: [] });
    }
    root.hidden = !this.sections.size;
    this.load();
  }

  get cards() {
    return [...this.sections.values()].flatMap((section) => section.cards);
  }

  /** Open and close sections as the URL has it. */
  load() {
    const open = new Set(splitList(this.strip.store.state.open));
    for (const section of this.sections.values()) {
      const wanted = open.has(section.prefix);
      section.button.setAttribute("aria-expanded", wanted);
      if (wanted && !section.element) this.open(section);
      if (!wanted && section.element) this.close(section);
    }
  }

  toggle(prefix) {
    const open = new Set(splitList(this.strip.store.state.open));
    if (!open.delete(prefix)) open.add(prefix);
    this.strip.store.setQuietly({ open: joinList([...open]) });
  }

  open(section) {
    section.body = element("div", { class: "cards" });
    const onclick = () => this.addCards(section);
    section.more = element("button", { class: "btn", type: "button", onclick });
    const settings = { class: "chart-section", "aria-label": `Charts of ${section.prefix}` };
    const title = element("h2", {}, section.prefix);
    section.element = element("section", settings, title, section.body, section.more);
    const after = [...this.sections.values()];
    const next = after.slice(after.indexOf(section) + 1).find((one) => one.element);
    this.body.insertBefore(section.element, next?.element ?? null);
    this.addCards(section);
  }

  addCards(section) {
    const { cards, names } = section;
    for (const name of names.slice(cards.length, cards.length + CARDS_AT_ONCE)) {
      const card = new ChartCard(makeSpec({ y: [name] }), this.strip, { inSection: true });
      cards.push(card);
      section.body.append(card.element);
    }
    const left = names.length - cards.length;
    section.more.hidden = !left;
    section.more.textContent = `Show ${Math.min(left, CARDS_AT_ONCE)} more of ${left.toLocaleString("en-US")}`;
  }

  close(section) {
    section.cards.forEach((card) => card.destroy());
    section.cards = [];
    section.element.remove();
    section.element = null;
  }
}
