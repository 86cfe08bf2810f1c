// The metrics that charts over a run table can draw: those of the runs that the table looks for.

import { writeState } from "../../lib/url_state.js";
import { fetchJson } from "../requests.js";

/** The names of metrics beside one store: those `known` to the page, of `total`, and the `first`,
 * which people look at most. `root` carries those of the first page in `data-*`. */
export class ChartNames {
  constructor(root, store) {
    Object.assign(this, { store, address: root.dataset.moreNames });
    this.known = JSON.parse(root.dataset.names || "[]");
    this.total = Number(root.dataset.nameCount ?? this.known.length);
    this.first = JSON.parse(root.dataset.first || "[]");
    this.scope = scopeOf(store);
  }

  /** Load the names again if other runs are looked for; true when there are new ones. */
  async load() {
    const scope = scopeOf(this.store);
    if (scope === this.scope || !this.address) return false;
    this.scope = scope;
    const found = await fetchJson(this.address + scope).catch(() => null);
    if (!found || scope !== this.scope) return false;
    this.known = found.names;
    this.total = found.total;
    return true;
  }
}

/** Which runs are looked for, as a query string. */
function scopeOf({ asked }) {
  const { q, exp, status, mine, children, archived, inside, runs } = asked;
  return writeState({ q, exp, status, mine, children, archived, inside, runs });
}
