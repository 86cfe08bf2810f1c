// How the names of metrics, parameters and tags are asked for: in the experiments of the table,
// or of the runs that it is limited to.

/** Parameters `extra`, and what the store is limited to as `exp` and `runs`. */
export function scopeParams(store, extra) {
  const params = new URLSearchParams(extra);
  if (store.fixed.runs) params.set("runs", store.fixed.runs);
  for (const name of [store.asked.exp ?? []].flat()) params.append("exp", name);
  return params;
}

/** The regular expression that finds `text` itself. */
export const literalPattern = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
