// What the Submit form shows beside its fields: which parts there are, which have changed, and what
// was refused.

import { countRuns } from "../../lib/job_body.js";
import { changedParts, wordsOfKept } from "./form_state.js";

/** Show the settings of a sweep where the job is one. */
export function showSweep(form, { sweep }) {
  const part = form.querySelector("[data-sweep]");
  part.hidden = !sweep;
  form.querySelector("[data-sweep-hint]").hidden = Boolean(sweep);
  if (!sweep) return;
  form.querySelector("[data-sweep-runs]").textContent = `${countRuns({ sweep })} runs`;
  for (const one of part.querySelectorAll("[data-random]")) one.hidden = sweep.method !== "random";
}

/** Show the field of the chosen kind of environment. */
export function showEnvironment(form, kind, snapshot) {
  form.elements.python.hidden = kind !== "python";
  form.elements.pip.hidden = kind !== "pip";
  form.elements.docker.hidden = kind !== "docker";
  form.querySelector("[data-requirements]").hidden = kind !== "pip" || !snapshot?.requirements;
}

/** Mark the parts that differ between `first` and `state`, and count them behind the name of the
 * run `from` that the job was taken from, if there is one. */
export function showChanges(form, { from, first, state }) {
  const changed = from && first ? changedParts(first, state) : [];
  for (const part of form.querySelectorAll("[data-field]")) {
    part.classList.toggle("is-changed", changed.includes(part.dataset.field));
  }
  const count = changed.length;
  const words = count ? ` · ${count} field${count === 1 ? "" : "s"} changed` : "";
  document.querySelector("[data-origin]").textContent = from
    ? `from ${from.name}${words}${wordsOfKept(state.kept, state.cluster)}`
    : "";
}

/** Say beside each field why it was refused, and go to the first. */
export function showRefusal(form, errors, message = "") {
  const places = [...form.querySelectorAll("[data-error]")];
  for (const place of places) place.textContent = errors[place.dataset.error] ?? "";
  const isTold = places.some((place) => place.textContent);
  form.querySelector("[data-refused]").textContent = isTold ? "" : message;
  places.find((place) => place.textContent)?.scrollIntoView({ block: "center" });
}
