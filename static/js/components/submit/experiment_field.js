// The field for an experiment: offers those in use last, finds any by a part of its name, and takes
// a new name too.

import { Combobox } from "../combobox.js";
import { fetchJson } from "../requests.js";

const MOST = 20;

/** Start the field in `root`; `changed()` is told when one has been chosen. */
export function startExperimentField(root, changed) {
  const box = new Combobox(root, {
    find: async (words, signal) => {
      const query = new URLSearchParams({ recent: 1, search: words });
      const { names, total } = await fetchJson(`${root.dataset.names}?${query}`, { signal });
      const entries = names.slice(0, MOST).map((name) => ({ value: name, label: name }));
      return { entries, rest: restOf(words, total, total - entries.length, names) };
    },
    choose(name) {
      box.input.value = name;
      changed();
    },
  });
}

function restOf(words, total, left, names) {
  if (left) return `${left.toLocaleString("en-US")} more. Type a part of the name to find them.`;
  if (!words) return total ? "" : "There is no experiment yet. Type a name for the first.";
  return names.includes(words) ? "" : `Run makes the new experiment ${words}.`;
}
