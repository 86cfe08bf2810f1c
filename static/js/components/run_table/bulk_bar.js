// The bar over the table while runs are selected: compare, tag, move, archive, delete.

import { writeState } from "../../lib/url_state.js";
import { fetchJson } from "../requests.js";
import { toast } from "../toasts.js";

const UNDO_OF = { archive: "restore", delete: "restore", restore: null };

/** Wires the selection bar of one run table. */
export class BulkBar {
  constructor(root, table) {
    this.root = root;
    this.table = table;
    this.store = table.store;
    root.addEventListener("click", (event) => {
      const { bulk } = event.target.closest("[data-bulk]")?.dataset ?? {};
      if (bulk) this[bulk](event.target.closest("button"));
    });
    this.store.addEventListener("selection", () => this.show());
    this.store.addEventListener("change", () => this.show());
    this.store.addEventListener("counted", () => this.show());
    this.show();
  }

  show() {
    const count = this.count;
    this.root.hidden = count === 0;
    this.root.querySelector("[data-count]").textContent =
      count === 1 ? "1 run selected" : `${count.toLocaleString("en-US")} runs selected`;
    const matching = this.store.counts.matching ?? 0;
    const all = this.root.querySelector("[data-bulk=selectAll]");
    all.hidden = this.store.allMatching || matching <= this.store.selected.size;
    all.textContent = `Select all ${matching.toLocaleString("en-US")} matching`;
  }

  get count() {
    return this.store.allMatching ? this.store.counts.matching : this.store.selected.size;
  }

  /** The runs meant: their ids, or the filter when all matching ones are selected. */
  get target() {
    if (!this.store.allMatching) return { run_ids: [...this.store.selected] };
    return { matching: writeState({ ...this.store.state, ...this.store.fixed }) };
  }

  selectAll() {
    this.store.selectAllMatching();
  }

  clear() {
    this.store.selectLoaded(false);
  }

  compare() {
    const ids = [...this.store.selected];
    location.assign(`${this.root.dataset.compare}?runs=${ids.map(encodeURIComponent).join(",")}`);
  }

  archive() {
    return this.act("archive", "archived");
  }

  restore() {
    return this.act("restore", "restored");
  }

  delete() {
    return this.act("delete", "deleted; their files stay until they are purged");
  }

  tag(button) {
    this.ask(button, "tag", "Tag as key=value", (text) => {
      const [key, ...value] = text.split("=");
      return this.act("tag", "tagged", { key: key.trim(), value: value.join("=").trim() });
    });
  }

  move(button) {
    this.ask(button, "move", "Move to experiment", (experiment) =>
      this.act("move", `moved to ${experiment}`, { experiment }),
    );
  }

  ask(button, name, title, then) {
    const dialog = this.root.querySelector(`dialog[data-ask=${name}]`);
    const input = dialog.querySelector("input");
    input.value = "";
    dialog.showModal();
    dialog.setAttribute("aria-label", title);
    dialog.onclose = () => {
      if (dialog.returnValue === "ok" && input.value.trim()) then(input.value.trim());
      button?.focus();
    };
  }

  async act(action, done, extra = {}) {
    const target = this.target;
    let answer;
    try {
      answer = await this.send({ action, ...target, ...extra });
    } catch (error) {
      return toast(error.message, { bad: true });
    }
    this.clear();
    await this.store.reload();
    const undo = UNDO_OF[action] && {
      label: "Undo",
      run: async () => {
        await this.send({ action: UNDO_OF[action], run_ids: answer.run_ids });
        this.store.reload();
      },
    };
    return toast(`${answer.count.toLocaleString("en-US")} runs ${done}.`, { action: undo });
  }

  send(body) {
    return fetchJson(this.root.dataset.address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }
}
