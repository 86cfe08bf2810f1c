// The tab Raw JSON: the document of the run as a tree, and a search in it: ?find=…

import { copy } from "../components/copy.js";
import { drawJson } from "../components/outputs/previews.js";
import { fetchJson } from "../components/requests.js";
import { element } from "../lib/element.js";

const root = document.querySelector("[data-raw]");
const form = document.querySelector("[data-find-json]");
const told = form.querySelector("[data-found]");
let shown = null;
let at = -1;

async function load() {
  try {
    shown = await fetchJson(root.dataset.raw);
    root.replaceChildren(drawJson(shown, "", 0));
    form.elements.find.value = new URLSearchParams(location.search).get("find") ?? "";
    if (form.elements.find.value) find();
  } catch (error) {
    root.replaceChildren(element("p", { class: "refused" }, error.message));
  }
}

/** Open every fold; one that opens draws what is inside, so ask again until none is closed. */
function unfold() {
  for (let closed = foldsOf(); closed.length; closed = foldsOf()) {
    for (const fold of closed) {
      fold.open = true;
      fold.dispatchEvent(new Event("toggle"));
    }
  }
}

const foldsOf = () => root.querySelectorAll("details:not([open])");
const found = () => [...root.querySelectorAll(".found")];

/** Mark the keys and values that hold the words, wherever they are folded away; go to the first. */
function find() {
  const words = form.elements.find.value.trim().toLowerCase();
  for (const line of found()) line.classList.remove("found", "at");
  keep(words);
  at = -1;
  told.textContent = "";
  if (!words) return;
  unfold();
  for (const line of root.querySelectorAll(".json-leaf, summary"))
    line.classList.toggle("found", line.textContent.toLowerCase().includes(words));
  step(1);
}

function step(by) {
  const lines = found();
  lines[at]?.classList.remove("at");
  told.textContent = lines.length ? "" : "no match";
  if (!lines.length) return;
  at = (at + by + lines.length) % lines.length;
  lines[at].classList.add("at");
  lines[at].scrollIntoView({ block: "nearest" });
  told.textContent = `${at + 1} of ${lines.length}`;
}

function keep(words) {
  const query = new URLSearchParams(words ? { find: words } : {});
  history.replaceState(null, "", words ? `?${query}` : location.pathname);
}

document
  .querySelector("[data-copy-json]")
  .addEventListener("click", () => shown && copy(JSON.stringify(shown, null, 2)));
document.querySelector("[data-unfold]").addEventListener("click", unfold);
form.addEventListener("input", find);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  step(1);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.shiftKey) return;
  event.preventDefault();
  step(-1);
});
load();
