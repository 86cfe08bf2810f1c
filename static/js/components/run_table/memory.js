// The last state of a page of runs, kept in this browser: its bare address opens with it
// (js/before_paint.js), and Reset takes all of it away.

import { remember } from "../../lib/store.js";
import { writeState } from "../../lib/url_state.js";

export function startMemory(root, store) {
  const key = `table:${location.pathname}`;
  const [button, ...links] = root.querySelectorAll("[data-reset]");
  const kept = () => {
    const { sel, after, ...state } = store.state;
    return writeState(state);
  };
  const show = () => {
    button.hidden = !kept();
  };
  const reset = () => {
    const gone = Object.keys(store.state).map((name) => [name, undefined]);
    store.set({ charts: undefined, ...Object.fromEntries(gone) });
  };
  for (const one of [button, ...links]) one.addEventListener("click", reset);
  store.addEventListener("state", () => {
    if ("remembers" in root.dataset) remember(key, kept() || null);
    show();
  });
  show();
}
