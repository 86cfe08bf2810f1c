// The tab Monitoring: a card for each metric of the machine; zoom and pointer are shared.
// The axis is in the address: ?x=wall

import { onThemeChange } from "../components/colors.js";
import { MetricCard } from "../components/metric_card.js";
import { bandsOf } from "../components/phases.js";

const root = document.querySelector("[data-monitoring]");
const reset = root.querySelector("[data-reset-zoom]");
const asked = new URLSearchParams(location.search).get("x");
const state = {
  x: ["time", "wall", "step"].includes(asked) ? asked : "time",
  log: false,
  smooth: 0,
};
const cards = new Map();

function draw() {
  const lines = [...root.querySelectorAll("[data-name]")];
  root.querySelector(".bar").hidden = lines.length === 0;
  for (const { dataset } of lines) {
    if (!cards.has(dataset.name)) {
      const card = new MetricCard(dataset.name, root.dataset, state, onZoom, onHover);
      card.chart.context.bands = (spec) => bandsOf(root, spec);
      cards.set(dataset.name, card);
      root.querySelector("[data-cards]").append(card.element);
    }
    cards.get(dataset.name).grown(Number(dataset.n));
  }
  for (const button of root.querySelectorAll("[data-x]")) {
    button.setAttribute("aria-pressed", String(button.dataset.x === state.x));
  }
}

function onZoom(range, source) {
  reset.hidden = range === null;
  onHover(null);
  cards.forEach((card) => card.chart !== source && card.zoom(range));
}

function onHover(place, source) {
  cards.forEach((card) => card.point(place, card.chart === source));
}

root.addEventListener("click", (event) => {
  if (event.target.closest("[data-reset-zoom]")) onZoom(null, null);
  const axis = event.target.closest("[data-x]");
  if (!axis || axis.dataset.x === state.x) return;
  state.x = axis.dataset.x;
  history.replaceState(null, "", state.x === "time" ? location.pathname : `?x=${state.x}`);
  onZoom(null, null);
  draw();
  cards.forEach((card) => card.redraw(state));
});
document.addEventListener("studio:live", (event) => event.detail.id === "monitored" && draw());
onThemeChange(() => cards.forEach((card) => card.redraw(state)));
draw();
