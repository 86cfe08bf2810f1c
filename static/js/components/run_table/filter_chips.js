// The clauses of the filter as chips, which are the same thing as the text of the query box, and
// the form that adds one.

import { addClause, writtenClause } from "../../lib/query_text.js";
import { icon } from "../icons.js";
import { element } from "./cells.js";

/** Draw the clauses that the server reads in the filter; each chip takes its own away. */
export function startFilterChips(root, table) {
  const { store } = table;
  const chips = root.querySelector("[data-chips]");
  const show = () => {
    const { clauses = [], read } = store.counts;
    const fits = read === (store.state.q ?? "").trim();
    chips.hidden = !fits || !clauses.length;
    if (fits) chips.replaceChildren(...clauses.map((clause) => drawChip(clause, store)));
  };
  store.addEventListener("counted", show);
  store.addEventListener("state", show);
  startForm(root.querySelector("[data-add-filter]"), root.querySelector("[data-query]"), store);
}

function drawChip({ text, without }, store) {
  const chip = element("li", { title: text }, "chip");
  const remove = element("button", { type: "button" }, "btn ghost");
  remove.setAttribute("aria-label", `Remove filter ${text}`);
  remove.append(icon("x"));
  remove.addEventListener("click", () => store.set({ q: without || undefined }));
  chip.append(element("span", { textContent: text }, "clip mono"), remove);
  return chip;
}

/** Field, operator and value, completed by the same words as the query box. */
function startForm(menu, queryBox, store) {
  const form = menu.querySelector("form");
  const { field, operator, value } = form.elements;
  const complete = async (text, list, written) => {
    const params = new URLSearchParams({ text, cursor: String(text.length) });
    for (const name of store.state.exp ?? []) params.append("exp", name);
    const response = await fetch(`${queryBox.dataset.completions}?${params}`);
    if (!response.ok) return;
    const { items } = await response.json();
    list.replaceChildren(...items.map((item) => new Option(item.label, written(item))));
  };
  const fields = () => complete(field.value, field.list, ({ insert }) => insert.trim());
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    fields();
    field.focus();
  });
  field.addEventListener("input", fields);
  value.addEventListener("focus", () =>
    complete(`${field.value} = `, value.list, ({ label }) => label),
  );
  operator.addEventListener("change", () => {
    value.disabled = operator.value.startsWith("IS");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const clause = writtenClause(field.value.trim(), operator.value, value.value.trim());
    menu.open = false;
    menu.querySelector("summary").focus();
    form.reset();
    value.disabled = false;
    store.set({ q: addClause(store.state.q, clause) });
  });
}
