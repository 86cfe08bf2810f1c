// A text that is edited where it stands:
//   <h1 data-inline-edit="/address" data-field="name">…</h1> <button data-edit-inline>
// Enter saves, Escape and leaving give up.

import { element } from "../lib/element.js";
import { post } from "./requests.js";

export function startInlineEdit() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-edit-inline]");
    if (button) edit(button.parentElement.querySelector("[data-inline-edit]"));
  });
}

function edit(place) {
  if (place.hidden) return;
  const field = element("input", {
    class: "inline-edit",
    type: "text",
    value: place.textContent,
    maxLength: 500,
    "aria-label": place.dataset.field,
  });
  place.after(field);
  place.hidden = true;
  field.select();
  field.addEventListener("blur", () => close(place, field));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(place, field);
    if (event.key === "Enter") save(place, field);
  });
}

async function save(place, field) {
  const text = field.value.trim();
  const before = place.textContent;
  close(place, field);
  if (!text || text === before) return;
  place.textContent = text;
  const { inlineEdit, field: name, seen } = place.dataset;
  if (await post(inlineEdit, { [name]: text, [`${name}_seen`]: seen })) return;
  place.textContent = before;
  // Perhaps somebody else has changed it.
  document.dispatchEvent(new CustomEvent("studio:refresh"));
}

// Removing the field takes the focus from it, and losing the focus calls this again.
function close(place, field) {
  if (!place.hidden) return;
  place.hidden = false;
  field.remove();
}
