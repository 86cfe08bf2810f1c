// The bar over the table while runs are selected: compare, tag, move, archive, delete.

import { element } from "../../lib/element.js";
import { fetchJson, sendJson, tellFailure } from "../requests.js";
import { toast } from "../toasts.js";
import { MOST_IN_ADDRESS } from "./selection.js";

const UNDO_OF = { archive: "restore", delete: "restore", restore: null };
const MOST_COMPARED = 100;
// So many ids fit into an address, whatever proxy stands before the studio.
const MOST_DOWNLOADED = 200;

const count = (number) => number.toLocaleString("en-US");
const runs = (number) => `${count(number)} ${number === 1 ? "run" : "runs"}`;

/** Wires the selection bar of one run table. */
export class BulkBar {
  constructor(root, store) {
    Object.assign(this, { root, store, selection: store.selection });
    root.addEventListener("click", (event) => {
      const { bulk } = event.target.closest("[data-bulk]")?.dataset ?? {};
      if (bulk) this[bulk](event.target.closest("button"));
    });
    for (const name of ["selection", "change", "counted", "hidden", "state"])
      store.addEventListener(name, () => this.show());
    this.show();
  }

  show() {
    const { size, isAll, hidden } = this.selection;
    const matching = this.store.counts.matching ?? 0;
    this.root.hidden = size === 0;
    this.find("[data-count]").textContent = `${runs(size)} selected`;
    this.find("[data-note]").textContent = this.note;
    const all = this.find("[data-bulk=selectAll]");
    all.hidden = isAll || matching <= size - hidden.size;
    all.textContent = `Select all ${count(matching)} matching`;
    const keep = this.find("[data-bulk=dropHidden]");
    keep.hidden = hidden.size === 0;
    keep.textContent = `Keep only the ${count(size - hidden.size)} shown`;
    const compare = this.find("[data-bulk=compare]");
    const download = this.find("[data-bulk=download]");
    const words = size > MOST_DOWNLOADED ? `Download the first ${MOST_DOWNLOADED}` : "Download";
    download.querySelector("span").textContent = words;
    download.setAttribute("aria-label", words);
    const restore = this.find("[data-bulk=restore]");
    if (restore) restore.hidden = !this.mayHoldArchived;
    compare.textContent = size > MOST_COMPARED ? `Compare the first ${MOST_COMPARED}` : "Compare";
  }

  /** Can there be archived runs in the table, to restore? */
  get mayHoldArchived() {
    const { archived, q } = this.store.state;
    return Boolean(archived) || /archived/i.test(q ?? "");
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  /** What the number alone does not say. */
  get note() {
    const { hidden, isLong } = this.selection;
    const notes = [];
    if (hidden.size) notes.push(`${count(hidden.size)} hidden by the filter`);
    if (isLong) notes.push(`links keep at most ${MOST_IN_ADDRESS} selected runs`);
    return notes.join(" · ");
  }

  selectAll() {
    this.selection.all();
  }

  clear() {
    this.selection.clear();
  }

  dropHidden() {
    const { ids, hidden } = this.selection;
    this.selection.set([...ids].filter((id) => !hidden.has(id)));
  }

  compare() {
    const ids = [...this.store.selected].slice(0, MOST_COMPARED);
    const all = this.selection.size;
    const of = all > ids.length ? `&of=${all}` : "";
    location.assign(`${this.root.dataset.compare}?runs=${ids.map(encodeURIComponent)}${of}`);
  }

  /** One zip, with a folder for each run. */
  download() {
    const ids = [...this.store.selected].slice(0, MOST_DOWNLOADED);
    location.assign(`${this.root.dataset.zip}?runs=${ids.map(encodeURIComponent)}`);
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
    this.offerExperiments();
    this.ask(button, "move", "Move to experiment", (experiment) =>
      this.act("move", `moved to ${experiment}`, { experiment }),
    );
  }

  /** The names of experiments that hold what is typed. */
  offerExperiments() {
    const input = this.find("dialog[data-ask=move] input");
    const load = async () => {
      const params = new URLSearchParams({ search: input.value });
      const address = `${this.root.dataset.experimentNames}?${params}`;
      const found = await fetchJson(address).catch(() => ({ names: [] }));
      input.list.replaceChildren(...found.names.map((value) => element("option", { value })));
    };
    input.oninput = load;
    load();
  }

  ask(button, name, title, then) {
    const dialog = this.find(`dialog[data-ask=${name}]`);
    const input = dialog.querySelector("input");
    input.value = "";
    dialog.showModal();
    dialog.setAttribute("aria-label", title);
    dialog.onclose = () => {
      if (dialog.returnValue === "ok" && input.value.trim()) then(input.value.trim());
      button?.focus();
    };
  }

  /** Runs that the filter hides are changed only when the reader says so. */
  async act(action, done, extra = {}) {
    if (this.selection.hidden.size && !(await this.askAboutHidden())) return undefined;
    const answer = await tellFailure(() =>
      this.send({ action, ...this.selection.target, ...extra }),
    );
    if (!answer) return undefined;
    this.clear();
    await this.store.reload();
    const undo = UNDO_OF[action] && {
      label: "Undo",
      run: async () => {
        await this.send({ action: UNDO_OF[action], run_ids: answer.run_ids });
        this.store.reload();
      },
    };
    return toast(`${runs(answer.count)} ${done}.`, { action: undo });
  }

  /** Returns false when nothing is to be done. */
  askAboutHidden() {
    const { size, hidden } = this.selection;
    const dialog = this.find("dialog[data-ask=hidden]");
    const shown = size - hidden.size;
    dialog.querySelector("p").textContent =
      `The filter hides ${count(hidden.size)} of the ${count(size)} selected runs.`;
    dialog.querySelector("[value=all]").textContent = `All ${count(size)}`;
    const some = dialog.querySelector("[value=shown]");
    some.textContent = `Only the ${count(shown)} shown`;
    some.hidden = shown === 0;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.onclose = () => {
        if (dialog.returnValue === "shown") this.dropHidden();
        resolve(Boolean(dialog.returnValue));
      };
    });
  }

  send(body) {
    return sendJson(this.root.dataset.address, body);
  }
}
