// The search of the logs of many runs: hits show while it goes on; the address keeps what is asked.

import { ask, isAborted } from "../components/requests.js";
import { element } from "../lib/element.js";
import { readLines, textsOf } from "../lib/json_lines.js";
import { markFromFirst } from "../lib/marks.js";

const form = document.querySelector("[data-log-search]");
const find = (name) => document.querySelector(`[data-${name}]`);
const state = { stopper: null, total: 0, searched: 0, runs: new Map() };

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = wanted();
  history.pushState(null, "", `?${query}`);
  search(query);
});
form.addEventListener("change", () => form.elements.q.value && form.requestSubmit());
addEventListener("popstate", () => location.reload());
find("stop").addEventListener("click", () => state.stopper?.abort());
if (form.elements.q.value) search(wanted());

function wanted() {
  const query = new URLSearchParams(new FormData(form));
  for (const [key, value] of [...query]) if (!value) query.delete(key);
  return query;
}

async function search(query) {
  state.stopper?.abort();
  const stopper = new AbortController();
  Object.assign(state, { stopper, total: 0, searched: 0, runs: new Map() });
  find("found").replaceChildren();
  find("problem").textContent = "";
  find("hint").hidden = true;
  find("stop").hidden = find("progress").hidden = false;
  tell("Searching…");
  try {
    let after = null;
    do after = await searchPart(query, after, stopper.signal);
    while (after !== null);
    tell("Searched");
  } catch (error) {
    if (stopper !== state.stopper) return;
    tell("Stopped after");
    if (!isAborted(error)) find("problem").textContent = error.message;
  }
  if (stopper === state.stopper) find("stop").hidden = find("progress").hidden = true;
}

/** One part of the search; where the next one goes on, null at the end. */
async function searchPart(query, after, signal) {
  const params = new URLSearchParams(query);
  if (after !== null) params.set("after", after);
  // It takes as long as there is something to search; Stop ends it.
  const answer = await ask(`${form.dataset.logSearch}?${params}`, { signal, waitMs: 0 });
  const before = state.searched;
  for await (const line of readLines(textsOf(answer.body))) {
    if (line.error) throw new Error(line.error);
    if ("total" in line) state.total = line.total;
    if ("searched" in line) state.searched = before + line.searched;
    if ("path" in line) show(line, query);
    if ("next" in line) return line.next;
    tell("Searching…");
  }
  throw new Error("The search was interrupted. Search again to see all results.");
}

function tell(doing) {
  const number = (value) => value.toLocaleString("en-US");
  find("told").textContent =
    `${doing} ${number(state.searched)} of ${number(state.total)} runs · hits in ${number(state.runs.size)}`;
  Object.assign(find("progress"), { max: state.total || 1, value: state.searched });
  if (doing === "Searched" && !state.runs.size)
    find("found").replaceChildren(element("p", { class: "nothing" }, "No matches."));
}

function show(found, query) {
  const hits = found.hits.map((hit) => drawHit(found, hit));
  const list = element("ul", {}, ...hits, found.more && drawMore(found, query));
  const box = boxOf(found);
  if (found.path !== box.dataset.path)
    box.append(element("p", { class: "muted small" }, found.path));
  box.dataset.path = found.path;
  box.append(list);
}

function boxOf(found) {
  const known = state.runs.get(found.run);
  if (known) return known;
  const name = element("a", { href: found.address }, found.name);
  const experiment = { class: "muted", href: found.experiment_address };
  const title = element("h2", {}, name, element("a", experiment, found.experiment));
  const box = element("section", { class: "log-found" }, title);
  find("found").append(box);
  state.runs.set(found.run, box);
  return box;
}

function drawHit(found, hit) {
  const query = new URLSearchParams({ path: found.path, ...(hit.no && { line: hit.no }) });
  const number = element("span", { class: "no" }, hit.no);
  const text = element("span", { class: "text" }, ...markFromFirst(hit.text, hit.spans));
  const line = element("a", { href: `${found.address}?${query}` }, number, text);
  return element("li", {}, line);
}

function drawMore(found, query) {
  const regex = query.get("regex") ?? "";
  const params = new URLSearchParams({ path: found.path, find: query.get("q"), regex });
  const settings = { class: "muted", href: `${found.address}?${params}` };
  return element("li", {}, element("a", settings, "More in this file"));
}
