// The head of a card: title, scale and smoothing, legend and menu.

import { titleOf } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { icon } from "../icons.js";
import { openMenu } from "../menu.js";
import { menuItems } from "./card_menu.js";
import { noteOf } from "./card_words.js";

const SCALED = new Set(["line", "bar", "scatter", "box"]);
// What the slider of all charts can change; other kinds are a chart's own.
const SHARED = new Set(["none", "ema"]);

/** The bar of one card; `element` is its head. */
export class CardBar {
  constructor(card) {
    const name = titleOf(card.spec);
    this.card = card;
    this.title = element("h3", { draggable: !card.inSection, title: name }, name);
    this.note = element("span", { class: "card-note" });
    this.log = button("log", `Logarithmic scale of ${name}`, () => card.toggleLog());
    this.smooth = this.makeSlider();
    this.legend = button(icon("list-tree"), `Legend of ${name}`, () => card.legend.toggle());
    this.leave = button(icon("x"), `Leave full screen of ${name}`, () => card.toggleFull());
    this.leave.classList.add("card-leave");
    this.menu = button(icon("ellipsis"), `Menu of ${name}`, () =>
      openMenu(this.menu, menuItems(card)),
    );
    this.element = element(
      "header",
      { class: "card-head" },
      this.title,
      this.note,
      this.smooth,
      this.log,
      this.legend,
      this.menu,
      this.leave,
    );
    this.show(card.strip.specOf(card.spec));
  }

  makeSlider() {
    const slider = element("input", {
      type: "range",
      class: "card-smooth",
      min: 0,
      max: 0.99,
      step: 0.01,
      title: "Smoothing of all charts",
      "aria-label": "Smoothing of all charts",
    });
    slider.addEventListener("input", () => this.card.strip.smoothAll(Number(slider.value)));
    return slider;
  }

  show(spec) {
    this.note.textContent = noteOf(spec);
    this.note.title = this.note.textContent;
    this.log.hidden = !SCALED.has(spec.type);
    this.log.setAttribute("aria-pressed", String(spec.yScale === "log"));
    this.smooth.hidden = spec.type !== "line" || !SHARED.has(spec.smoothing);
    this.smooth.value = spec.smoothing === "ema" ? spec.amount : 0;
  }
}

function button(content, label, onclick) {
  const settings = { type: "button", class: "btn ghost tiny", title: label, "aria-label": label };
  return element("button", { ...settings, onclick }, content);
}
