// The tab Raw JSON: the document of the run as a tree.

import { copy } from "../components/copy.js";
import { drawJson } from "../components/outputs/previews.js";
import { fetchJson } from "../components/requests.js";
import { element } from "../lib/element.js";

const root = document.querySelector("[data-raw]");
let shown = null;

async function load() {
  try {
    shown = await fetchJson(root.dataset.raw);
    root.replaceChildren(drawJson(shown, "", 0));
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

document
  .querySelector("[data-copy-json]")
  .addEventListener("click", () => shown && copy(JSON.stringify(shown, null, 2)));
document.querySelector("[data-unfold]").addEventListener("click", unfold);
load();
