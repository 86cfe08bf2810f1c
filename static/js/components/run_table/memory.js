// The last state of a page of runs, kept in this browser: its bare address opens with it
// (js/before_paint.js), and Reset takes all of it away.

import { ownKey, remember } from "../../lib/store.js";
import { writeState } from "../../lib/url_state.js";

// What stays: which runs are compared, and how.
const OF_PAGE = new Set(["runs", "tab", "of", "base", "other"]);

export function startMemory(root, store) {
  const key = ownKey(`table:${location.pathname}`, document.documentElement.dataset.person);
  const [button, ...links] = root.querySelectorAll("[data-reset]");
  const chosen = () => Object.keys(store.state).filter((name) => !OF_PAGE.has(name));
  const kept = () => {
    const { sel, after, ...state } = store.state;
    return writeState(state);
  };
  const show = () => {
    button.hidden = !chosen().some((name) => name !== "sel" && store.state[name] !== undefined);
  };
  const reset = () => {
    const gone = chosen().map((name) => [name, undefined]);
    store.set({ charts: undefined, ...Object.fromEntries(gone) });
  };
  for (const one of [button, ...links]) one.addEventListener("click", reset);
  store.addEventListener("state", () => {
    if ("remembers" in root.dataset) remember(key, kept() || null);
    show();
  });
  show();
}
