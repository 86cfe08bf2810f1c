// The form in which one chooses the run to compare with, by its name or its id.

import { startFindingRun } from "../run_finder.js";

/** Compare as soon as a run of the list is chosen, or when the form is sent. */
export function startChoosingRun() {
  const form = document.querySelector("[data-with-form]");
  if (!form) return;
  const choose = (run) =>
    location.assign(`${location.pathname}?${new URLSearchParams({ with: run })}`);
  startFindingRun(form, { without: [form.dataset.run], choose });
}
