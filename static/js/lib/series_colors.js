// The colours of runs and groups. The runs shown on a page hold slots: eight hues, then the same hues with
// another dash, then with markers. A run has the same slot in its row and in every chart.

const HUES = 8;
/** How the lines of one hue are told apart. */
export const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
/** The same for lines of SVG. */
export const STROKES = {
  dash: "6 4",
  dot: "1.5 3",
  dashdot: "6 3 1.5 3",
  longdash: "10 4",
  longdashdot: "10 3 1.5 3",
};
const SYMBOLS = [
  "none",
  "circle",
  "square",
  "diamond",
  "cross",
  "x",
  "triangle-up",
  "triangle-down",
  "star",
  "pentagon",
  "hexagon",
  "hourglass",
];

/** The slots of the series shown: distinct, and kept for as long as a series is shown. */
export class Slots {
  constructor() {
    this.taken = new Map();
  }

  /** Show `series`, [{id, hue}], and no others. A new one gets the slot of its own hue (a whole
   * number) where that is free, else the first free one. Returns whether anything has changed. */
  show(series) {
    const ids = new Set(series.map(({ id }) => id));
    const gone = [...this.taken.keys()].filter((id) => !ids.has(id));
    gone.forEach((id) => this.taken.delete(id));
    const used = new Set(this.taken.values());
    const added = series.filter(({ id }) => !this.taken.has(id));
    let free = 0;
    for (const { id, hue } of added) {
      const own = (hue || 0) % HUES;
      while (used.has(free)) free += 1;
      const slot = used.has(own) ? free : own;
      used.add(slot);
      this.taken.set(id, slot);
    }
    return gone.length + added.length > 0;
  }

  /** The slot of a series; undefined for one that is not shown. */
  of(id) {
    return this.taken.get(id);
  }
}

/** The slots of the runs that the charts of this page show. */
export const shownRuns = new Slots();

/** The slot of a run that is shown, or of a group by its `hue`; null for a run beside those shown. */
function slotOf({ id, hue, run }) {
  const slot = shownRuns.of(id);
  if (slot !== undefined) return slot;
  if (run && shownRuns.taken.size) return null;
  return run ? hue % HUES : Math.max(0, hue || 0);
}

/** The colour token of a run or group. */
export function tokenOf(series) {
  const slot = slotOf(series);
  return slot === null ? "--line-2" : `--s${(slot % HUES) + 1}`;
}

/** How a line is drawn, {token, dash, symbol}, as the `metric`-th of `metrics` of its run or group:
 * the hue is the run's, the dash tells metrics apart, and runs of one hue where there is one metric. */
export function lineStyleOf(series, metric = 0, metrics = 1) {
  const level = Math.floor((slotOf(series) ?? 0) / HUES);
  const several = metrics > 1;
  const dash = several ? metric : level;
  const round = Math.ceil(metrics / DASHES.length);
  const symbol = several ? level * round : 0;
  return {
    token: tokenOf(series),
    dash: DASHES[dash % DASHES.length],
    symbol: SYMBOLS[(symbol + Math.floor(dash / DASHES.length)) % SYMBOLS.length],
  };
}

/** The marker that tells runs of one hue apart where they are points. */
export function symbolOf(series) {
  const level = Math.floor((slotOf(series) ?? 0) / HUES);
  return SYMBOLS[(level + 1) % SYMBOLS.length];
}

const CUTS = [
  (color) => color,
  (color) => `linear-gradient(90deg, ${color} 0 38%, transparent 38% 62%, ${color} 62%)`,
  (color) => `radial-gradient(circle, ${color} 0 35%, transparent 40%)`,
  (color) => `radial-gradient(circle, transparent 0 35%, ${color} 40%)`,
  (color) => `linear-gradient(${color} 0 38%, transparent 38% 62%, ${color} 62%)`,
  (color) => `linear-gradient(135deg, ${color} 0 50%, transparent 50%)`,
];

/** The dot of a run or group as a CSS background: its colour, cut where it shares the hue. */
export function dotOf(series) {
  const level = Math.floor((slotOf(series) ?? 0) / HUES);
  return CUTS[level % CUTS.length](`var(${tokenOf(series)})`);
}
