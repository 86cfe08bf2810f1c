// How the names of metrics, parameters and tags are asked for: in the experiments of the table.

/** Parameters `extra`, and the experiments that the store shows as `exp`. */
export function scopeParams(store, extra) {
  const params = new URLSearchParams(extra);
  for (const name of [store.asked.exp ?? []].flat()) params.append("exp", name);
  return params;
}

/** The regular expression that finds `text` itself. */
export const literalPattern = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
