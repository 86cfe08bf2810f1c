// The names that the panel Add chart offers beside the metrics that the page knows.

import { fetchJson } from "../requests.js";
import { scopeParams } from "../run_table/names.js";

/** All names of these kinds in what the table shows: {kind: [{id, label}]}. */
export async function readNames(address, store, kinds) {
  const read = async (kind) => {
    const params = scopeParams(store, { search: "", kind, all: "1" });
    const { sections = [] } = await fetchJson(`${address}?${params}`).catch(() => ({}));
    return [kind, sections[0]?.names ?? []];
  };
  return Object.fromEntries(await Promise.all(kinds.map(read)));
}
