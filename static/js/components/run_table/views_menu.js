// Saved views: a name for the query string of the page. Save, save as, share, default, delete.

import { readState, writeState } from "../../lib/url_state.js";
import { copy } from "../copy.js";
import { openMenu } from "../menu.js";
import { fetchJson, sendJson, tellFailure } from "../requests.js";
import { toast } from "../toasts.js";

/** The Views button of one run table. */
export class ViewsMenu {
  constructor(root, store) {
    this.root = root;
    this.views = [];
    // The queries of views as this page knows them, by id: they may be saved elsewhere meanwhile.
    this.seen = new Map();
    this.store = store;
    this.button = root.querySelector("[data-views]");
    this.dialog = root.querySelector("dialog[data-ask=view]");
    this.button.addEventListener("click", () => this.openFresh());
    this.store.addEventListener("state", () => this.show());
    this.show();
    this.load();
  }

  async load() {
    const found = await tellFailure(() => fetchJson(this.button.dataset.address));
    if (found) this.views = found.views;
    for (const { id, query } of this.views) if (!this.seen.has(id)) this.seen.set(id, query);
    this.show();
  }

  /** The view in force, and a dot when the page has moved on from it. */
  show() {
    const view = this.current;
    this.button.querySelector("[data-label]").textContent = view ? `View: ${view.name}` : "Views";
    this.button.classList.toggle("changed", Boolean(view) && view.query !== this.query);
  }

  get current() {
    return this.views?.find((view) => String(view.id) === this.store.state.view);
  }

  /** The state a view holds: everything on the page but the view itself and what
   * is selected. */
  get query() {
    const { view, after, sel, ...state } = this.store.state;
    return writeState(state);
  }

  /** Others may have shared views since the page was opened. */
  async openFresh() {
    await this.load();
    this.open();
  }

  open() {
    const mine = this.views.filter((view) => view.mine);
    const shared = this.views.filter((view) => !view.mine && view.shared);
    const unowned = this.views.filter((view) => !view.mine && !view.shared);
    const choose = (view) => ({
      label: view.name + (view.is_default ? " · default" : ""),
      checked: view === this.current,
      run: () => this.apply(view),
    });
    const items = [];
    if (mine.length) items.push({ heading: "My views" }, ...mine.map(choose));
    if (shared.length) items.push({ heading: "Shared views" }, ...shared.map(choose));
    if (unowned.length) items.push({ heading: "Views of the local user" }, ...unowned.map(choose));
    if (items.length) items.push({ separator: true });
    items.push(...this.actions());
    openMenu(this.button, items);
  }

  actions() {
    const view = this.current;
    const items = [{ label: "Save as…", run: () => this.saveAs() }];
    if (view?.may.includes("save")) {
      items.unshift({ label: `Save "${view.name}"`, run: () => this.save(view) });
    }
    if (view) items.push(...this.changes(view));
    if (view) items.push({ label: "Revert to saved", run: () => this.apply(view) });
    items.push({ label: "Copy link", run: () => copy(location.href) });
    return items;
  }

  /** What the reader may do with a view, as the studio has said. */
  changes(view) {
    const whose = view.mine ? "view" : `the view of ${view.owner || "the local user"}`;
    const items = {
      share: {
        label: view.shared ? "Stop sharing" : "Share with the workspace",
        run: () => this.update(view, { shared: !view.shared }),
      },
      default: {
        label: view.is_default ? "Remove as default" : "Make default",
        run: () => this.update(view, { is_default: !view.is_default }),
      },
      delete: { label: `Delete ${whose}`, run: () => this.remove(view) },
    };
    return Object.entries(items).flatMap(([verb, item]) => (view.may.includes(verb) ? [item] : []));
  }

  apply(view) {
    this.seen.set(view.id, view.query);
    const state = { ...readState(view.query), view: String(view.id) };
    const cleared = Object.fromEntries(
      Object.keys(this.store.state).map((key) => [key, undefined]),
    );
    this.store.set({ charts: undefined, ...cleared, ...state });
  }

  saveAs() {
    const { dialog } = this;
    dialog.querySelector("form").reset();
    dialog.showModal();
    dialog.onclose = async () => {
      const name = dialog.querySelector("input[name=name]").value.trim();
      if (dialog.returnValue !== "ok" || !name) return;
      const shared = dialog.querySelector("input[name=shared]")?.checked ?? false;
      const view = await this.send(this.button.dataset.address, "POST", {
        name,
        shared,
        query: this.query,
      });
      if (!view) return;
      await this.load();
      this.store.setQuietly({ view: String(view.id) });
      toast(`View "${name}" saved.`);
    };
  }

  async update(view, change) {
    const saved = await this.send(`${this.button.dataset.address}/${view.id}`, "POST", change);
    if (saved) await this.load();
    return saved;
  }

  /** Save the state of the page as `view`; where that was saved elsewhere, at the second time. */
  async save(view) {
    const saved = await this.update(view, { query: this.query, seen: this.seen.get(view.id) });
    this.seen.set(view.id, saved ? saved.query : view.query);
  }

  async remove(view) {
    const { address } = this.button.dataset;
    if (!(await this.send(`${address}/${view.id}`, "DELETE", {}))) return;
    this.store.setQuietly({ view: undefined });
    await this.load();
  }

  /** What the studio answers, true for nothing; undefined when it refuses, which is told. */
  send(address, method, body) {
    return tellFailure(async () => (await sendJson(address, body, { method })) ?? true);
  }
}
