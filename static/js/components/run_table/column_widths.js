// How wide the columns of a run table are: as the reader has dragged them, else as usual, and the
// names as wide as there is room.

import { element } from "../../lib/element.js";

// On a phone two numbers stand beside a name, or one other column.
const NARROW_NAME = 142;
const NARROW_NUMBER = 104;
const NUMBERS_BESIDE = 2;
const BESIDE_NARROW = 156;
// What the arrow in the header of a sorted column takes.
const ARROW = 16;
// How much of the table the names may take from the other columns.
const NAME_SHARE = 0.3;
const LEAST_NAME = 200;
// What stands beside a name; what its depth in the tree and its children add.
const BESIDE_NAME = 84;
const PER_LEVEL = 20;
const TWIG = 18;
// The names of the first rows count; one in ten may be longer than the column.
const MEASURED_ROWS = 100;
const WHOLE_SHARE = 0.9;
const WIDEST_FIT = 480;
const CELL_PADDING = 28;
// Those of the frame.
const BORDERS = 2;
// Headers show their labels whole up to here; beside the label of a metric stand its value and menu.
const WIDEST_HEAD = 240;
const HEAD_PADDING = 26;
const BESIDE_LABEL = 26;

/** The widths of one table in `root`; `chosen` (Columns) keeps those that the reader has set. */
export class ColumnWidths {
  constructor(root, store, chosen) {
    Object.assign(this, { root, store, chosen });
  }

  get isNarrow() {
    return this.root.clientWidth < 600;
  }

  get narrowName() {
    const isOfRuns = !this.store.asked.group;
    const numbers = isOfRuns && this.store.columns.filter(isResult).length >= NUMBERS_BESIDE;
    const beside = numbers ? NUMBERS_BESIDE * NARROW_NUMBER : BESIDE_NARROW;
    return Math.max(NARROW_NAME, this.root.clientWidth - beside - BORDERS);
  }

  of(column, isSorted = false) {
    const { id, width } = column;
    const least = Math.max(width, Math.min(WIDEST_HEAD, this.headWidth(column)));
    const usual = (this.isNarrow && this.narrowWidth(column)) || least + (isSorted ? ARROW : 0);
    return this.chosen.widths.get(id) ?? usual;
  }

  /** On a phone the column that stays in sight leaves room for others, and numbers take little. */
  narrowWidth(column) {
    if (column.fixed) return Math.min(column.width, this.narrowName);
    return isResult(column) && !this.store.asked.group ? NARROW_NUMBER : 0;
  }

  /** On a phone the results stand beside the names, unless somebody has chosen the columns. */
  arrange(columns) {
    if (!this.isNarrow || this.store.asked.cols !== this.store.usual.cols) return columns;
    const rankOf = (column) => (column.fixed ? 0 : isResult(column) ? 1 : 2);
    return columns.toSorted((a, b) => rankOf(a) - rankOf(b));
  }

  /** How wide a header is that shows its label whole, and which value of a metric it is. */
  headWidth({ label, note, kind }) {
    const name = textWidth(label, this.root, "600 12.5px");
    if (kind !== "metrics") return name + HEAD_PADDING;
    return name + textWidth(note ?? "", this.root, "500 11px") + BESIDE_LABEL + HEAD_PADDING;
  }

  /** The names take the room that the other columns leave, or what most of them need. */
  fill(columns, room) {
    const name = columns.find((column) => column.fixed);
    if (!name || this.chosen.widths.has(name.id)) return;
    const others = columns.filter((column) => column !== name);
    const taken = others.reduce((sum, column) => sum + column.width, 0);
    const isOfRuns = !this.isNarrow && !this.store.asked.group;
    const least = isOfRuns ? LEAST_NAME : this.of(this.chosen.find(name.id));
    name.width = Math.max(least, Math.min(this.usualName(), room * NAME_SHARE), room - taken);
  }

  /** How wide a cell most names of the first rows need, in pixels. */
  usualName() {
    const widths = this.store.rows.slice(0, MEASURED_ROWS).map((row) => this.nameWidth(row));
    widths.sort((a, b) => a - b);
    return (widths[Math.ceil(widths.length * WHOLE_SHARE) - 1] ?? 0) + BESIDE_NAME;
  }

  nameWidth({ name, depth = 0, children }) {
    return textWidth(name ?? "", this.root, "550 14px") + depth * PER_LEVEL + (children ? TWIG : 0);
  }

  /** The width in which a column shows its `cells` whole, up to a limit. */
  fitting(cells) {
    const widest = Math.max(...cells.map((cell) => contentWidth(cell)));
    return Math.min(WIDEST_FIT, widest + CELL_PADDING);
  }
}

const isResult = ({ kind, type }) => kind === "metrics" && type === "number";

const measure = element("canvas").getContext("2d");

/** The width of `text` in `root` in a font of this weight and size. */
function textWidth(text, root, font) {
  measure.font = `${font} ${getComputedStyle(root).fontFamily}`;
  return measure.measureText(text).width;
}

function contentWidth(cell) {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().width;
}
