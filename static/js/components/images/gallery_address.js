// What the address keeps of the gallery: ?name=&step=&size=&with=<run ids>&pair=<blink or difference>

import { PAIR_KINDS } from "./pairs.js";

const USUAL_SIZE = 224;

/** Read the address of the page: the `text` of the name, `step` (null: the last), `size` in
 * pixels, ids of `others` to compare with, and the kind of `pair`. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return {
    text: query.get("name") ?? "",
    step: query.has("step") ? Number(query.get("step")) : null,
    size: Number(query.get("size")) || USUAL_SIZE,
    others: (query.get("with") ?? "").split(",").filter(Boolean),
    pair: PAIR_KINDS.find((kind) => kind === query.get("pair")) ?? "",
  };
}

/** Write what is shown into the address; what is as usual is left out. */
export function writeAddress({ text, step, size, others, pair }) {
  const query = new URLSearchParams(location.search);
  const state = {
    name: text,
    step: step ?? "",
    size: size === USUAL_SIZE ? "" : size,
    with: others.join(","),
    pair,
  };
  for (const [key, value] of Object.entries(state))
    value === "" ? query.delete(key) : query.set(key, value);
  const written = query.toString();
  history.replaceState(null, "", written ? `?${written}` : location.pathname);
}
