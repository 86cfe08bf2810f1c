// The cards that `charts=` in the URL names: adding, shaping, moving and removing them.

import { defaultCharts, makeSpec, readCharts, writeCharts } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { writeState } from "../../lib/url_state.js";
import { copy } from "../copy.js";
import { ChartCard } from "./card.js";
import { listenToDrag } from "./drag.js";
import { listenToGrips } from "./grips.js";

const UNREADABLE = "The charts in this link cannot be read. Showing the default charts.";

/** The cards of a strip in their order, kept in its URL; `builder` is the panel that edits one. */
export class CardList {
  constructor(strip, builder) {
    Object.assign(this, { strip, builder, store: strip.store, cards: [] });
    this.root = strip.root;
    this.body = this.root.querySelector("[data-cards]");
    this.unreadable = element("p", { class: "muted", hidden: true, role: "status" }, UNREADABLE);
    this.root.prepend(this.unreadable);
    listenToDrag(this);
    listenToGrips(this);
  }

  /** Make the cards that the URL names; without, or if it cannot be read, the usual ones. */
  load() {
    const { charts } = this.store.state;
    this.text = charts;
    const usual = () => defaultCharts(this.strip.names.first);
    const read = charts === undefined ? usual() : readCharts(charts);
    this.unreadable.hidden = Boolean(read);
    const specs = read ?? usual();
    this.cards.forEach((card) => this.strip.destroy(card));
    this.cards = specs.map((spec) => new ChartCard(spec, this.strip));
    this.body.replaceChildren(...this.cards.map((card) => card.element));
    this.root.classList.toggle("no-cards", !specs.length);
  }

  /** Another address is shown: are its charts others than these? */
  follow({ charts }) {
    if (charts !== this.text) this.load();
  }

  save() {
    this.text = writeCharts(this.cards.map((card) => card.spec));
    this.store.setQuietly({ charts: this.text });
    this.root.classList.toggle("no-cards", !this.cards.length);
  }

  add() {
    this.builder.open(makeSpec(), (spec) => this.insert(spec, this.cards.length));
  }

  edit(card) {
    this.builder.open(card.spec, (spec) => this.replace(card, spec));
  }

  insert(spec, index) {
    const card = new ChartCard(spec, this.strip);
    this.cards.splice(index, 0, card);
    this.body.insertBefore(card.element, this.body.children[index] ?? null);
    this.save();
    card.element.scrollIntoView({ block: "nearest" });
  }

  replace(card, spec) {
    const index = this.cards.indexOf(card);
    this.remove(card);
    this.insert(spec, index);
  }

  /** Copy a card of a section to the end of the list. */
  pin(card) {
    this.insert({ ...card.spec }, this.cards.length);
  }

  duplicate(card) {
    this.insert({ ...card.spec }, this.cards.indexOf(card) + 1);
  }

  remove(card) {
    this.cards.splice(this.cards.indexOf(card), 1);
    this.strip.destroy(card);
    this.save();
  }

  shift(card, by) {
    const index = this.cards.indexOf(card);
    const target = Math.max(0, Math.min(this.cards.length - 1, index + by));
    this.cards.splice(index, 1);
    this.cards.splice(target, 0, card);
    this.body.replaceChildren(...this.cards.map(({ element }) => element));
    card.element.focus();
    this.save();
  }

  resize(card, size) {
    Object.assign(card.spec, size);
    card.setSize();
    this.save();
  }

  /** Copy a link to this chart alone, over the same runs. */
  copyLink(card) {
    const state = { ...this.store.state, charts: writeCharts([card.spec]) };
    copy(location.origin + location.pathname + writeState(state));
  }
}
