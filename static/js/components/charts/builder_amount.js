// The amount of smoothing in the panel Add chart: its range and its usual value are those of the
// kind of smoothing.

import { SMOOTHINGS } from "../../lib/smoothing.js";

/** Another kind of smoothing begins with its usual amount. */
export function resetAmount({ smoothing, amount }) {
  const kind = SMOOTHINGS[smoothing.value];
  limit(amount, kind);
  amount.value = kind.value ?? 0;
}

/** The amount that the fields of a form say; null without smoothing. */
export function readAmount({ smoothing, amount }) {
  if (smoothing.value === "none") return null;
  return Number(amount.value) || SMOOTHINGS[smoothing.value].value;
}

/** Show the amount of a spec in `field` and in words in `output`. */
export function showAmount(field, output, { smoothing, amount }) {
  field.disabled = smoothing === "none";
  field.closest("label").hidden = field.disabled;
  limit(field, SMOOTHINGS[smoothing]);
  if (smoothing !== "none") field.value = amount;
  output.textContent = smoothing === "none" ? "" : amount;
}

const limit = (field, { min = 0, max = 1, step = 0.1 }) => Object.assign(field, { min, max, step });
