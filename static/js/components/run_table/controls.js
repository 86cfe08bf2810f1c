// The controls over the run table: experiments, statuses, switches; counts and foot.

import { element } from "../../lib/element.js";
import { wireExperiments } from "./experiment_menu.js";

const SWITCHES = ["mine", "children", "archived", "diff"];

/** Wires what stands over and under the grid of one run table. */
export function startControls(root, store) {
  wireSwitches(root.querySelector("[data-show-menu]"), store);
  wireTools(root);
  wireExperiments(root.querySelector("[data-experiments]"), store);
  wireStatuses(root.querySelector("[data-statuses]"), store);
  const show = () => showCounts(root, store);
  for (const name of ["change", "counted", "answers"]) store.addEventListener(name, show);
  document.addEventListener("studio:live", show);
  store.addEventListener("busy", (event) => root.classList.toggle("busy", event.detail));
  root.querySelector("[data-try-again]").addEventListener("click", () => store.reload());
  show();
}

/** The menu of switches; its button is marked while one differs from what is usual. */
function wireSwitches(menu, store) {
  const boxes = SWITCHES.map((name) => menu.querySelector(`[data-switch=${name}]`)).filter(Boolean);
  // If the address does not say, a filter searches children too.
  const isOn = (name) => Boolean(store.asked[name] ?? (name === "children" && store.isTree));
  const show = () => {
    for (const box of boxes) box.checked = isOn(box.dataset.switch);
    const said = boxes.filter(({ dataset }) => store.state[dataset.switch] !== undefined);
    menu.classList.toggle("in-use", said.length > 0);
  };
  menu.addEventListener("change", ({ target }) => {
    const name = target.dataset.switch;
    if (!name) return;
    const isSaid = target.checked || name === "children";
    store.set({ [name]: isSaid ? target.checked : undefined });
  });
  for (const name of ["state", "change"]) store.addEventListener(name, show);
  show();
}

/** On a phone the tools fold behind one button. */
function wireTools(root) {
  const button = root.querySelector("[data-tools]");
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(root.classList.toggle("with-tools")));
  });
}

/** A menu of boxes: those that are checked are the statuses that runs may have. */
function wireStatuses(menu, store) {
  const boxes = [...menu.querySelectorAll("input[type=checkbox]")];
  const show = () => {
    const chosen = store.state.status ?? [];
    for (const box of boxes) box.checked = chosen.includes(box.value);
    const words = chosen.length === 1 ? chosen[0] : chosen.length || "all";
    menu.querySelector("[data-label]").textContent = `Status: ${words}`;
  };
  menu.addEventListener("change", () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    store.set({ status: chosen.length ? chosen : undefined });
  });
  store.addEventListener("state", show);
  show();
}

const count = (number) => (number ?? 0).toLocaleString("en-US");
const counted = (number, one) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;

/** "12 of 40 runs · 150 child runs · 48 running, 45 of them child runs": what is counted is
 * named. */
function countedParts(counts) {
  const { matching, matching_top = matching, all, children = 0, with_children } = counts;
  const { running, running_children, queued, queued_children } = counts;
  if (all === undefined) return [];
  const isFiltered = matching !== (with_children ? all + children : all);
  const part = (found, total, one) =>
    (isFiltered ? `${count(found)} of ` : "") + counted(total, one);
  const going = (number, word, ofThem) =>
    number && `${count(number)} ${word}${ofThem ? `, ${count(ofThem)} of them child runs` : ""}`;
  const parts = [
    part(matching_top, all, "run"),
    children && with_children && part(matching - matching_top, children, "child run"),
    children && !with_children && `${counted(children, "child run")} not shown`,
    going(running, "running", running_children),
    going(queued, "queued", queued_children),
  ];
  return parts.filter(Boolean);
}

/** The counts stand in the head of the table, or of the page whose only table this is. */
function showCounts(root, store) {
  const place = root.querySelector("[data-counts]") ?? document.querySelector("[data-counts]");
  const drawn = countedParts(store.counts).map((part) => element("span", { class: "part" }, part));
  place?.replaceChildren(...drawn.flatMap((part, i) => (i ? [" · ", part] : [part])));
  const { found } = store;
  const isGrouped = found[0]?.run === false;
  const all = isGrouped ? found.length : (store.counts.matching ?? found.length);
  const of = all > found.length ? `${count(found.length)} of ` : "";
  const kind = isGrouped ? "group" : "run";
  const loaded = store.isCut
    ? `First ${counted(found.length, kind)}. Filter to see others.`
    : `${of}${counted(Math.max(all, found.length), kind)} loaded`;
  const rest = store.next ? ", more as you scroll" : "";
  root.querySelector("[data-foot]").textContent = found.length ? loaded + rest : "";
  root.querySelector("[data-no-answer]").hidden = store.requests.answers;
  root.querySelector("[data-none]").hidden = found.length > 0;
  root.querySelector(".rt-grid").hidden = found.length === 0;
}
