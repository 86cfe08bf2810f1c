// How wide the columns of a run table are: as the reader has dragged them, else as usual, and the
// names as wide as there is room.

import { element } from "../../lib/element.js";

const NARROW_NAME = 184;
// How much of the table the names may take from the other columns, and what stands beside a name.
const NAME_SHARE = 0.3;
const BESIDE_NAME = 84;
const MEASURED_ROWS = 100;
const WIDEST_FIT = 480;
const CELL_PADDING = 28;

/** The widths of one table in `root`; `chosen` (Columns) keeps those that the reader has set. */
export class ColumnWidths {
  constructor(root, store, chosen) {
    Object.assign(this, { root, store, chosen });
  }

  get isNarrow() {
    return this.root.clientWidth < 600;
  }

  /** On a phone the column that stays in sight leaves room for another. */
  of({ id, width, fixed }) {
    const usual = this.isNarrow && fixed ? Math.min(width, NARROW_NAME) : width;
    return this.chosen.widths.get(id) ?? usual;
  }

  /** The names take the room that the other columns leave, or what the longest of them needs, up to
   * a share of the table. */
  fill(columns, room) {
    const name = columns.find((column) => column.fixed);
    if (!name || this.chosen.widths.has(name.id)) return;
    const others = columns.filter((column) => column !== name);
    const taken = others.reduce((sum, column) => sum + column.width, 0);
    const usual = this.of(this.chosen.find(name.id));
    const needed = Math.min(this.widestName() + BESIDE_NAME, room * NAME_SHARE);
    name.width = Math.max(usual, needed, room - taken);
  }

  /** How wide the longest name of the first rows is, in pixels. */
  widestName() {
    const names = this.store.rows.slice(0, MEASURED_ROWS).map((row) => row.name ?? "");
    return Math.max(0, ...names.map((name) => textWidth(name, this.root)));
  }

  /** The width in which a column shows its `cells` whole, up to a limit. */
  fitting(cells) {
    const widest = Math.max(...cells.map((cell) => contentWidth(cell)));
    return Math.min(WIDEST_FIT, widest + CELL_PADDING);
  }
}

const measure = element("canvas").getContext("2d");

/** The width of `text` as a name of `root` is written. */
function textWidth(text, root) {
  const { fontFamily, fontSize } = getComputedStyle(root);
  measure.font = `550 ${fontSize} ${fontFamily}`;
  return measure.measureText(text).width;
}

function contentWidth(cell) {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().width;
}
