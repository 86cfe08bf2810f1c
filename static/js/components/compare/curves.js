// The tab Curves: tables and accuracy curves of all runs over each other, matrices side by side.

import { element } from "../../lib/element.js";
import { onThemeChange } from "../colors.js";
import { DiagramCard } from "../diagram_card.js";
import { longName } from "../long_name.js";
import { AccuracyOverlay, TableOverlay } from "./curve_card.js";
import { readLegend } from "./legend.js";

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
      return card;
    });
  const section = element(
    "section",
    { class: "matrices", "aria-label": key },
    element("h2", {}, key),
    element("div", { class: "cards" }, ...cards.map((card) => card.element)),
  );
  return { section, cards };
}
