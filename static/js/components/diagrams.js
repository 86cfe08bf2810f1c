// The diagrams of the tab Metrics, below its lines.

import { onThemeChange } from "./colors.js";
import { DiagramCard } from "./diagram_card.js";

/** Keep a card in `box` for each diagram that `root` lists. */
export function startDiagrams(root, box) {
  const cards = new Map();
  const draw = () => {
    for (const { dataset } of root.querySelectorAll("[data-diagram]")) {
      const id = `${dataset.form}/${dataset.diagram}`;
      if (!cards.has(id)) {
        cards.set(id, new DiagramCard(dataset.diagram, dataset.form, root.dataset.diagrams));
        box.append(cards.get(id).element);
      }
      cards.get(id).grown(Number(dataset.n));
    }
  };
  document.addEventListener(
    "studio:live",
    (event) => event.detail.id === "metric-diagrams" && draw(),
  );
  onThemeChange(() => cards.forEach((card) => card.draw()));
  draw();
}
