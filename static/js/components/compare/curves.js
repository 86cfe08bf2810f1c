// The tab Curves: tables and accuracy curves of all runs over each other, matrices side by side.

import { element } from "../../lib/element.js";
import { CHOICES } from "../charts/diagrams.js";
import { onThemeChange } from "../colors.js";
import { DiagramCard } from "../diagram_card.js";
import { longName } from "../long_name.js";
import { AccuracyOverlay, TableOverlay } from "./curve_card.js";
import { readLegend } from "./legend.js";

// A row of cards that a phone scrolls has to be reached by keys.
const SCROLLED = { tabIndex: 0, role: "group", "aria-label": "Diagrams" };

export function startCurves(root) {
  const told = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const cards = [
    ...told.tables.map((table) => new TableOverlay(table, told)),
    ...told.documents
      .filter(({ form }) => form === "accuracy_table")
      .map((document) => new AccuracyOverlay(document, told)),
  ];
  root.querySelector("[data-overlays]").append(...cards.map((card) => card.element));
  const matrices = told.documents
    .filter(({ form }) => form === "confusion_matrix")
    .map((document) => matricesOf(document, told));
  root.querySelector("[data-matrices]").append(...matrices.map(({ section }) => section));
  cards.push(...matrices.flatMap((one) => one.cards));
  onThemeChange(() => cards.forEach((card) => card.draw()));
}

/** The confusion matrices that the runs logged under one name, each under the name of its run. */
function matricesOf({ key, form, runs }, { diagrams }) {
  const cards = readLegend()
    .filter(({ id }) => runs.includes(id))
    .map(({ id, name }) => {
      const card = new DiagramCard(key, form, diagrams[id]);
      const title = card.element.querySelector("h3");
      title.replaceChildren(element("span", { class: "middle-cut" }, ...longName(name)));
      title.title = name;
      card.element.setAttribute("aria-label", `${key} of ${name}`);
      card.element.querySelector("select:not([hidden])")?.remove();
      return card;
    });
  const section = element(
    "section",
    { class: "matrices", "aria-label": key },
    element("header", {}, element("h2", {}, key), choiceForAll(key, form, cards)),
    element("div", { class: "cards", ...SCROLLED }, ...cards.map((card) => card.element)),
  );
  return { section, cards };
}

/** What all cards of a section show: they are compared, so they show the same. */
function choiceForAll(key, form, cards) {
  const options = CHOICES[form].map(([value, label]) => element("option", { value }, label));
  const onchange = ({ target }) =>
    cards.forEach((card) => {
      card.choice = target.value;
      card.draw();
    });
  return element("select", { "aria-label": `What is shown of ${key}`, onchange }, ...options);
}
