// Two logs scroll together: the one that is not scrolled by hand shows what arrived at the time of
// the first line that one sees in the other. For logs of two runs that is the time since their
// starts.

const DELAY_MS = 80;

/** Keeps the logs of `panes` (a function) at the same time while `on`; `button` turns it on. */
export class TimeSync extends EventTarget {
  constructor(panes) {
    super();
    Object.assign(this, { panes, on: false, leader: null });
  }

  /** Take in a pane: what is moved by hand leads. */
  add(pane) {
    const lead = () => (this.leader = pane);
    for (const event of ["pointerdown", "wheel", "touchstart", "keydown", "focusin"])
      pane.element.addEventListener(event, lead, { passive: true, capture: true });
    pane.find("toggle-sync").addEventListener("click", () => this.toggle());
    pane.viewer.addEventListener("moved", () => {
      this.tell();
      if (this.on && pane === this.leader) this.follow();
    });
  }

  toggle(on = !this.on) {
    this.on = on;
    this.leader ??= this.panes()[0];
    this.tell();
    if (on) this.follow();
    this.dispatchEvent(new CustomEvent("changed"));
  }

  /** Names of the files whose lines have no times. */
  get timeless() {
    return this.panes()
      .filter(({ viewer, element }) => element.dataset.kind !== "text" || !viewer.loaded.received)
      .map(({ path }) => path?.split("/").at(-1));
  }

  tell() {
    const [without] = this.timeless;
    const isSplit = this.panes().length > 1;
    for (const [place, pane] of this.panes().entries()) {
      const button = pane.find("toggle-sync");
      const words = pane.find("sync-words");
      // One switch for both, in the first pane.
      button.hidden = !isSplit || place > 0;
      words.hidden = button.hidden || !without;
      button.disabled = without !== undefined;
      button.setAttribute("aria-pressed", String(this.on && without === undefined));
      button.title = without ? `${without} has no timestamps` : "Both logs at the same time";
      words.textContent = without ? `No timestamps in ${without}` : "";
    }
  }

  follow() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.move(), DELAY_MS);
  }

  move() {
    if (!this.on || this.timeless.length) return;
    const { viewer: leading } = this.leader;
    const ms = timeAtTop(leading);
    if (ms === null) return;
    for (const { viewer } of this.panes()) {
      if (viewer === leading) continue;
      viewer.setFollow(false);
      const areApart = leading.started !== null && viewer.started !== null;
      goToTime(viewer, areApart ? ms - leading.started + viewer.started : ms);
    }
  }
}

/** When the line at the top of what one sees arrived (ms), null where that is not known. */
function timeAtTop({ root, loaded }) {
  const { top } = root.getBoundingClientRect();
  const seen = [...root.children].find((one) => one.getBoundingClientRect().bottom > top + 4);
  return loaded.lines.find((line) => line.byte === Number(seen?.dataset.byte))?.received ?? null;
}

/** Bring the lines that arrived at `ms` to the top. */
async function goToTime(viewer, ms) {
  const { root, loaded } = viewer;
  const [first, last] = [loaded.lines[0], loaded.lines.at(-1)];
  const isLoaded = ms >= first?.received && ms <= last.received;
  if (!isLoaded && !(await loaded.replace({ at_ms: Math.round(ms) }))) return;
  const { lines } = loaded;
  const before = lines.findLast((line) => line.received !== null && line.received <= ms);
  const line = lines.find((one) => one.received === before?.received) ?? lines[0];
  const shown = line && loaded.elementOf(line);
  if (shown) root.scrollTop += shown.getBoundingClientRect().top - root.getBoundingClientRect().top;
}
