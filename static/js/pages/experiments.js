// The list of experiments: folders fold and stay folded, every row has a menu.

import { copy } from "../components/copy.js";
import { openMenu } from "../components/menu.js";
import { fetchPanel } from "../components/panels.js";
import { post } from "../components/requests.js";
import { ownKey, recall, remember } from "../lib/store.js";

const home = document.body.dataset.home;
const key = ownKey(`folded:${home}`, document.documentElement.dataset.person);
const folded = new Set(JSON.parse(recall(key) ?? "[]"));

document.addEventListener("click", (event) => {
  const twig = event.target.closest("button.twig");
  if (twig) fold(twig.closest("tr").dataset.path);
  const opener = event.target.closest("button[data-experiment]");
  if (opener) openMenu(opener, itemsOf(opener.dataset));
});
document.addEventListener("htmx:afterSwap", applyFolds);
document.addEventListener("studio:live", applyFolds);
applyFolds();

function fold(path) {
  if (!folded.delete(path)) folded.add(path);
  remember(key, folded.size ? JSON.stringify([...folded]) : null);
  applyFolds();
}

function applyFolds() {
  const hidden = new Set();
  for (const row of document.querySelectorAll("tr[data-path]")) {
    const { path, within } = row.dataset;
    row.hidden = hidden.has(within);
    const isFolded = folded.has(path);
    if (row.hidden || isFolded) hidden.add(path);
    row.querySelector("button.twig")?.setAttribute("aria-expanded", String(!isFolded));
  }
}

function itemsOf({ experiment, name, lifecycle }) {
  const address = `${home}/experiment/${experiment}`;
  const move = (label, to) => ({ label, run: () => post(`${address}/lifecycle`, { to }) });
  const always = [
    { label: "Copy id", run: () => copy(experiment) },
    { label: "Copy name", run: () => copy(name) },
  ];
  if (!("mayWrite" in document.body.dataset)) return always;
  if (lifecycle === "deleted") return [move("Restore", "active"), ...always];
  return [
    { label: "Rename, describe, tag…", run: () => fetchPanel(`${address}/edit`) },
    lifecycle === "archived" ? move("Reactivate", "active") : move("Archive", "archived"),
    ...always,
    { separator: true },
    move("Delete", "deleted"),
  ];
}
