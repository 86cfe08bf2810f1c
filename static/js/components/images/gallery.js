// The gallery: images of a run, or of several side by side, at one step. The address keeps what is
// shown.

import { addressOf, imageAt, namesOf, stepsOf } from "../../lib/image_sets.js";
import { shownRuns } from "../../lib/series_colors.js";
import { fetchJson } from "../requests.js";
import { startFindingRun } from "../run_finder.js";
import { drawGrid, drawImage, drawNotes, drawRows } from "./draw.js";
import { readAddress, writeAddress } from "./gallery_address.js";
import { drawPairs } from "./pairs.js";

const PLAY_MS = 400;
const SHOWN_AT_ONCE = 200;

export class Gallery {
  constructor(root) {
    this.root = root;
    Object.assign(this, readAddress());
    this.runs = [];
    this.full = null;
    this.listen();
  }

  find(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  listen() {
    this.find("name").value = this.text;
    this.find("size").value = this.size;
    this.find("name").addEventListener("input", (event) => this.set({ text: event.target.value }));
    this.find("size").addEventListener("input", (event) =>
      this.set({ size: Number(event.target.value) }),
    );
    this.find("step").addEventListener("input", (event) => this.goTo(Number(event.target.value)));
    this.find("play").addEventListener("click", () => this.play());
    this.find("pair-kind").addEventListener("change", ({ target }) =>
      this.set({ pair: target.value }),
    );
    const finder = this.find("with");
    if (finder)
      startFindingRun(finder, { without: [finder.dataset.run], choose: (id) => this.compare(id) });
    this.find("full-close").addEventListener("click", () => this.find("full").close());
    this.find("full").addEventListener("close", () => (this.full = null));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  set(changes) {
    Object.assign(this, changes);
    this.draw();
    this.save();
  }

  async load() {
    const ids = [...new Set([...this.root.dataset.runs.split(","), ...this.others])].slice(0, 20);
    const before = JSON.stringify(this.runs);
    try {
      this.runs = (
        await fetchJson(
          `${this.root.dataset.gallery}?runs=${ids.map(encodeURIComponent).join(",")}`,
        )
      ).runs;
    } catch (error) {
      this.find("problem").textContent = error.message;
      return;
    }
    // Runs that are compared have the colours of the legend.
    shownRuns.show(this.runs);
    if (!this.isDrawn || JSON.stringify(this.runs) !== before) this.draw();
    this.isDrawn = true;
  }

  compare(id) {
    this.others = this.others.includes(id)
      ? this.others.filter((one) => one !== id)
      : [...this.others, id];
    this.save();
    this.load();
  }

  get names() {
    return namesOf(this.runs, this.text);
  }

  get withImages() {
    return this.runs.filter((run) => namesOf([run]).length);
  }

  get steps() {
    return stepsOf(this.runs, this.full ? [this.full] : this.names);
  }

  draw() {
    const { names, steps } = this;
    const isEmpty = namesOf(this.runs).length === 0;
    this.find("empty").hidden = !isEmpty;
    this.find("tools").hidden = isEmpty;
    this.find("stepper").hidden = steps.length < 2;
    Object.assign(this.find("pair-kind"), { hidden: this.runs.length < 2, value: this.pair });
    const at = this.indexOf(steps);
    Object.assign(this.find("step"), { max: Math.max(0, steps.length - 1), value: at });
    this.find("step-shown").textContent = steps.length
      ? `step ${steps[at].toLocaleString("en-US")}`
      : "";
    this.root.style.setProperty("--size", `${this.size}px`);
    const open = (name) => this.open(name);
    const shown = names.slice(0, SHOWN_AT_ONCE);
    const drawn =
      this.runs.length > 1
        ? drawRows(this.withImages, shown, this, open)
        : this.runs.flatMap((run) => drawGrid(run, shown, this.step, open));
    const notes = isEmpty ? [] : drawNotes(this.runs, names, SHOWN_AT_ONCE);
    this.find("images").replaceChildren(...drawn, ...notes);
    if (this.full) this.drawFull();
  }

  indexOf(steps) {
    if (this.step === null) return Math.max(0, steps.length - 1);
    return Math.max(
      0,
      steps.findLastIndex((step) => step <= this.step),
    );
  }

  goTo(index) {
    const { steps } = this;
    if (steps[index] !== undefined) this.set({ step: steps[index] });
  }

  play() {
    const on = !this.timer;
    this.find("play").setAttribute("aria-pressed", String(on));
    clearInterval(this.timer);
    this.timer = on
      ? setInterval(() => this.goTo((this.indexOf(this.steps) + 1) % this.steps.length), PLAY_MS)
      : null;
  }

  open(name) {
    this.full = name;
    this.drawFull();
    this.find("full").showModal();
  }

  drawFull() {
    const { steps } = this;
    this.find("full-title").textContent = this.full;
    this.find("full-where").textContent = steps.length
      ? `${this.indexOf(steps) + 1} of ${steps.length} steps`
      : "";
    const draw = (run) => drawImage(run, this.full, this.step, { caption: run.name });
    const isPair = this.pair && this.runs.length > 1;
    const drawn = isPair
      ? drawPairs(this.runs, this.full, this.step, this.pair)
      : this.runs.map(draw);
    this.find("full-images").replaceChildren(...drawn);
    const [first] = this.runs.filter((run) => imageAt(run, this.full, this.step));
    if (first)
      this.find("full-download").href = addressOf(first, imageAt(first, this.full, this.step));
  }

  /** Left and right go through the steps, up and down through the names on the full screen. */
  key(event) {
    if (
      event.target.closest("input, select, textarea") ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const toName = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by && this.steps.length) this.goTo(this.indexOf(this.steps) + by);
    else if (this.full && (toName || by)) {
      const { names } = this;
      this.full = names[(names.indexOf(this.full) + (toName ?? by) + names.length) % names.length];
      this.drawFull();
    } else return;
    event.preventDefault();
  }

  save() {
    writeAddress(this);
  }
}
