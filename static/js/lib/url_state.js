// The state of a table or chart page lives in its query string. Pure functions over URLSearchParams.

import { canonical } from "./metric_ids.js";

const LISTS = new Set(["exp", "status"]);
const FLAGS = new Set(["mine", "children", "archived", "diff", "all"]);
// Without one of these the page decides, so a "no" has to stay in the address.
const SAID = new Set(["children"]);

/** Read a query string into a plain object: lists as arrays, flags as booleans, the rest as text. */
export function readState(search) {
  const params = new URLSearchParams(search);
  const state = {};
  for (const key of new Set(params.keys())) {
    if (LISTS.has(key)) state[key] = params.getAll(key);
    else if (FLAGS.has(key)) state[key] = params.get(key) === "1";
    else state[key] = params.get(key);
  }
  return state;
}

/** Write a state object as a query string ("" or "?…"); empty values are left out, keys sorted. */
export function writeState(state) {
  const params = new URLSearchParams();
  for (const key of Object.keys(state).sort()) {
    const value = state[key];
    if (value === undefined || value === null || value === "") continue;
    if (value === false && !SAID.has(key)) continue;
    if (Array.isArray(value)) value.forEach((item) => params.append(key, item));
    else params.set(key, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** `sort=-metrics.loss.min,run.created` as [{column, descending}]. Commas in names are escaped. */
export function parseSort(text) {
  return splitList(text).map((part) => ({
    column: canonical(part.replace(/^-/, "")),
    descending: part.startsWith("-"),
  }));
}

export function formatSort(keys) {
  return joinList(keys.map((key) => (key.descending ? "-" : "") + key.column));
}

/** Split a comma list whose items write `,` as `\,` and `\` as `\\`. */
export function splitList(text) {
  if (!text) return [];
  const items = [""];
  for (const [part] of text.matchAll(/\\?./gs)) {
    if (part === ",") items.push("");
    else items[items.length - 1] += part.length > 1 ? part[1] : part;
  }
  return items.filter(Boolean);
}

export function joinList(items) {
  return items.map((item) => item.replace(/[\\,]/g, "\\$&")).join(",");
}
