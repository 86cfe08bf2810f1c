// Finds a run of the workspace: what one types finds runs by their name, in any experiment; a
// choice is handed on.

import { writeState } from "../lib/url_state.js";
import { Combobox } from "./combobox.js";
import { fetchJson } from "./requests.js";

const MOST = 8;

/**
 * Start the combobox in `form` (`_find_run.html`): it calls `choose(id)`; runs in `without` (ids)
 * are not offered. Sending the form chooses the first run of the list.
 */
export function startFindingRun(form, { choose, without = [] }) {
  const box = new Combobox(form, {
    find: (words, signal) => findRuns(form.dataset.find, words, new Set(without), signal),
    choose(id) {
      box.input.value = "";
      choose(id);
    },
  });
  form.addEventListener("submit", (event) => {
    const option = box.list.active ?? box.list.options[0];
    if (!option) return;
    event.preventDefault();
    option.click();
  });
}

async function findRuns(address, words, without, signal) {
  const pattern = `%${words.replace(/[\\%_]/g, "\\$&").replace(/'/g, "''")}%`;
  const query = {
    q: words ? `run.name ILIKE '${pattern}'` : undefined,
    cols: "run.name,run.experiment",
    children: true,
    limit: MOST + without.size,
  };
  const { rows } = await fetchJson(address + writeState(query), { signal });
  const offered = rows.filter((row) => !without.has(row.id)).slice(0, MOST);
  const rest = !offered.length && words ? "No other run has this name." : "";
  return { entries: offered.map(entryOf), rest };
}

function entryOf({ id, name, number, cells }) {
  const experiment = cells.find((cell) => cell?.text)?.text ?? "";
  return { value: id, label: name, note: `${experiment} #${number}` };
}
