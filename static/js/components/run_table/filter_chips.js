// The clauses of the filter as chips, which stand in the query box while nobody writes in it, and
// the form that adds one.

import { element } from "../../lib/element.js";
import { addClause, writtenClause } from "../../lib/query_text.js";
import { icon } from "../icons.js";
import { fetchJson } from "../requests.js";
import { scopeParams } from "./names.js";

/** Draw the clauses that the server reads in the filter; each chip takes its own away. */
export function startFilterChips(root, store) {
  const box = root.querySelector("[data-query]");
  const chips = box.querySelector("[data-chips]");
  const input = box.querySelector("input");
  const show = () => {
    const { clauses = [], read } = store.counts;
    const fits = read === (store.state.q ?? "").trim() && clauses.length > 0;
    chips.hidden = !fits;
    box.classList.toggle("with-chips", fits);
    if (fits) chips.replaceChildren(...clauses.map((clause) => drawChip(clause, store)));
  };
  store.addEventListener("counted", show);
  store.addEventListener("state", show);
  chips.addEventListener("click", (event) => event.target.closest("button") || input.focus());
  startForm(root.querySelector("[data-add-filter]"), box.dataset.completions, store);
}

function drawChip({ text, without }, store) {
  const settings = {
    type: "button",
    class: "btn ghost",
    "aria-label": `Remove filter ${text}`,
    onclick: () => store.set({ q: without || undefined }),
  };
  const words = element("span", { class: "clip mono" }, text);
  return element(
    "li",
    { title: text, class: "chip" },
    words,
    element("button", settings, icon("x")),
  );
}

/** Field, operator and value, completed by the same words as the query box. */
function startForm(menu, address, store) {
  const form = menu.querySelector("form");
  const { field, operator, value } = form.elements;
  const complete = async (text, list, written) => {
    const params = scopeParams(store, { text, cursor: String(text.length) });
    const found = await fetchJson(`${address}?${params}`).catch(() => null);
    if (!found) return;
    list.replaceChildren(...found.items.map((item) => new Option(item.label, written(item))));
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
