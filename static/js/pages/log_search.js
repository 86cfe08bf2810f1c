// The search of the logs of many runs: hits show while it goes on; the address keeps what is asked.

import { readLines, textsOf } from "../lib/json_lines.js";

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
    let behind = null;
    do behind = await searchPart(query, behind, stopper.signal);
    while (behind !== null);
    tell("Searched");
  } catch (error) {
    if (stopper !== state.stopper) return;
    tell("Stopped after");
    if (error.name !== "AbortError") find("problem").textContent = error.message;
  }
  if (stopper === state.stopper) find("stop").hidden = find("progress").hidden = true;
}

/** One part of the search; where the next one goes on, null at the end. */
async function searchPart(query, behind, signal) {
  const params = new URLSearchParams(query);
  if (behind !== null) params.set("behind", behind);
  const answer = await fetch(`${form.dataset.logSearch}?${params}`, {
    signal,
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error((await answer.json()).message);
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
    find("found").replaceChildren(make("p", "nothing", "No matches."));
}

function show(found, query) {
  const list = make("ul");
  list.append(...found.hits.map((hit) => drawHit(found, hit)));
  if (found.more) list.append(drawMore(found, query));
  const box = boxOf(found);
  if (found.path !== box.dataset.path) box.append(make("p", "muted small", found.path));
  box.dataset.path = found.path;
  box.append(list);
}

function boxOf(found) {
  const known = state.runs.get(found.run);
  if (known) return known;
  const box = make("section", "log-found");
  const title = make("h2");
  title.append(
    link(found.address, found.name),
    link(found.experiment_address, found.experiment, "muted"),
  );
  box.append(title);
  find("found").append(box);
  state.runs.set(found.run, box);
  return box;
}

function drawHit(found, hit) {
  const item = make("li");
  const query = new URLSearchParams({ path: found.path, ...(hit.no && { line: hit.no }) });
  const whole = link(`${found.address}?${query}`, "");
  const text = make("span", "text");
  const chars = [...hit.text];
  let at = 0;
  for (const [start, stop] of hit.spans) {
    text.append(
      chars.slice(at, start).join(""),
      make("mark", "", chars.slice(start, stop).join("")),
    );
    at = stop;
  }
  text.append(chars.slice(at).join(""));
  whole.append(make("span", "no", hit.no ?? ""), text);
  item.append(whole);
  return item;
}

function drawMore(found, query) {
  const item = make("li");
  const params = new URLSearchParams({
    path: found.path,
    find: query.get("q"),
    regex: query.get("regex") ?? "",
  });
  item.append(link(`${found.address}?${params}`, "More in this file", "muted"));
  return item;
}

function link(href, text, className = "") {
  return Object.assign(make("a", className, text), { href });
}

function make(tag, className = "", textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}
