// Every tab of the run page: name and description are edited in place, long tables have a filter.

import { startFinding } from "../components/find.js";
import { startInlineEdit } from "../components/inline_edit.js";
import { onKey } from "../components/keyboard.js";

startInlineEdit();
startFinding();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-edit-text]");
  if (button) toggle(document.getElementById(button.dataset.editText));
});

const tabs = [...document.querySelectorAll(".tabs a")];
tabs.slice(0, 9).forEach((_, index) => onKey(String(index + 1), () => open(index)));

function open(index) {
  document.querySelectorAll("#run-head .tabs a")[index]?.click();
}

function toggle(form) {
  const isOpen = form.hidden;
  form.hidden = !isOpen;
  form.previousElementSibling.hidden = isOpen;
  form.toggleAttribute("data-editing", isOpen);
  if (isOpen) form.querySelector("textarea").focus();
  else form.reset();
  if (!isOpen && "isStale" in form.dataset) {
    document.dispatchEvent(new CustomEvent("studio:refresh"));
  }
}
