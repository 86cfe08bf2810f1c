// The tab Metrics: the list chooses, every chosen metric has a card, those that people look at most
// first. What is chosen and how it is drawn is in the address: ?m=a,b&x=time&log=1&smooth=0.6

import { onThemeChange } from "../components/colors.js";
import { startDiagrams } from "../components/diagrams.js";
import { MetricCard } from "../components/metric_card.js";
import { joinList, splitList } from "../lib/url_state.js";

const FIRST_CARDS = 24;

const root = document.querySelector("[data-metrics]");
const box = root.querySelector("[data-cards]");
const find = root.querySelector("[data-find-metrics]");
const query = new URLSearchParams(location.search);
const state = {
  chosen: query.has("m") ? new Set(splitList(query.get("m"))) : null,
  x: ["step", "time", "wall"].includes(query.get("x")) ? query.get("x") : "step",
  log: query.get("log") === "1",
  smooth: Math.min(0.99, Math.max(0, Number(query.get("smooth")) || 0)),
};
const cards = new Map();

const lines = () => [...root.querySelectorAll("[data-path]")];
const curves = () => lines().filter((line) => "curve" in line.dataset);
const placeOf = ({ dataset }) => Number(dataset.place);
const names = () =>
  curves()
    .sort((one, other) => placeOf(one) - placeOf(other))
    .map((line) => line.dataset.name);
const shown = () =>
  state.chosen ? names().filter((name) => state.chosen.has(name)) : names().slice(0, FIRST_CARDS);
const below = (line) =>
  curves().filter(
    (other) => other === line || other.dataset.path.startsWith(`${line.dataset.path}/`),
  );

function draw() {
  const wanted = shown();
  // A page of the list holds what is chosen too.
  root.querySelector("[data-chosen]").value = state.chosen ? joinList([...state.chosen]) : "";
  for (const [name, card] of cards) if (!wanted.includes(name)) remove(name, card);
  wanted.forEach(
    (name) =>
      cards.has(name) ||
      cards.set(name, new MetricCard(name, root.dataset, state, onZoom, onHover)),
  );
  wanted.forEach((name, index) => {
    const { element } = cards.get(name);
    if (box.children[index] !== element) box.insertBefore(element, box.children[index] ?? null);
  });
  mark();
}

function remove(name, card) {
  card.destroy();
  cards.delete(name);
}

/** Boxes and single values follow what is chosen. */
function mark() {
  const wanted = new Set(shown());
  for (const line of lines()) {
    const inside = below(line);
    const on = inside.filter((other) => wanted.has(other.dataset.name)).length;
    const pick = line.querySelector("[data-pick]");
    pick.checked = on > 0 && on === inside.length;
    pick.indeterminate = on > 0 && on < inside.length;
    pick.disabled = inside.length === 0;
  }
  filter();
  for (const button of root.querySelectorAll("[data-x]")) {
    button.setAttribute("aria-pressed", String(button.dataset.x === state.x));
  }
  root.querySelector("[data-log]").setAttribute("aria-pressed", String(state.log));
  root.querySelector("[data-smooth]").value = state.smooth;
  root.querySelector("[data-smooth-shown]").textContent = state.smooth;
}

function filter() {
  const text = find.value.toLowerCase();
  const hits = lines().filter((line) => line.dataset.path.toLowerCase().includes(text));
  const kept = new Set(hits.flatMap((line) => [line, ...above(line)]));
  lines().forEach((line) => (line.hidden = !kept.has(line)));
}

const above = (line) =>
  lines().filter((other) => line.dataset.path.startsWith(`${other.dataset.path}/`));

function save() {
  const params = new URLSearchParams();
  if (state.chosen) params.set("m", joinList([...state.chosen]));
  if (state.x !== "step") params.set("x", state.x);
  if (state.log) params.set("log", "1");
  if (state.smooth) params.set("smooth", state.smooth);
  const listed = root.querySelector("[data-listed]")?.dataset;
  if (listed?.text) params.set("find", listed.text);
  if (Number(listed?.first)) params.set("from", listed.first);
  const text = params.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

function redraw() {
  save();
  mark();
  cards.forEach((card) => card.redraw(state));
}

function onZoom(range, source) {
  root.querySelector("[data-reset-zoom]").hidden = range === null;
  onHover(null);
  cards.forEach((card) => card.chart !== source && card.zoom(range));
}

function onHover(place, source) {
  cards.forEach((card) => card.point(place, card.chart === source));
}

root.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick]")) return;
  const before = state.chosen ?? new Set(shown());
  const changed = below(event.target.closest("[data-path]")).map((line) => line.dataset.name);
  state.chosen = event.target.checked
    ? before.union(new Set(changed))
    : before.difference(new Set(changed));
  save();
  draw();
});
root.addEventListener("click", (event) => {
  const axis = event.target.closest("[data-x]");
  if (axis && axis.dataset.x !== state.x) {
    state.x = axis.dataset.x;
    onZoom(null, null);
    redraw();
  }
  if (event.target.closest("[data-log]")) {
    state.log = !state.log;
    redraw();
  }
  if (event.target.closest("[data-reset-zoom]")) onZoom(null, null);
});
root.addEventListener("input", (event) => {
  if (event.target === find) filter();
  if (!event.target.matches("[data-smooth]")) return;
  state.smooth = Number(event.target.value);
  redraw();
});
document.addEventListener("studio:live", (event) => {
  if (event.detail.id !== "metric-list") return;
  draw();
  for (const line of curves()) cards.get(line.dataset.name)?.grown(Number(line.dataset.n));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "metric-list") return;
  save();
  draw();
});
onThemeChange(() => cards.forEach((card) => card.redraw(state)));
draw();
startDiagrams(root, root.querySelector("[data-diagram-cards]"));
