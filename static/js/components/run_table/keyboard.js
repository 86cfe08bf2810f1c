// The keyboard in the grid: one tab stop, arrows inside, the letters of the help dialog. The letters
// that move and select work from anywhere on the page.

import { onKey } from "../keyboard.js";

const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  k: [-1, 0],
  j: [1, 0],
};
const PAGE_ROWS = 20;

/** Listen to keys inside the grid; `table` offers what they do. */
export function listenToKeys(grid, table) {
  grid.root.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    if (event.target.matches("button") && [" ", "Enter"].includes(event.key)) return;
    if (event.altKey || handle(event, grid, table)) return;
    const move = event.ctrlKey || event.metaKey ? null : MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    grid.focusCell(grid.focus.row + move[0], grid.focus.column + move[1]);
  });
  onKey("j", () => grid.focusCell(grid.focus.row + 1, grid.focus.column));
  onKey("k", () => grid.focusCell(Math.max(0, grid.focus.row - 1), grid.focus.column));
  onKey("x", () => select(grid, table, false));
  onKey("X", () => select(grid, table, true));
  grid.root.addEventListener("focusin", (event) => {
    const cell = event.target.closest("[aria-colindex]");
    const row = event.target.closest("[role=row]");
    if (!cell || !row) return;
    const index = row.dataset.index === undefined ? -1 : Number(row.dataset.index);
    grid.focus = { row: index, column: Number(cell.getAttribute("aria-colindex")) - 1 };
  });
}

/** Select the row of the focus; the first one where no row has it. */
function select(grid, table, range) {
  if (grid.focus.row < 0) grid.focusCell(0, grid.focus.column);
  table.toggleRow(grid.focus.row, { range });
}

function handle(event, grid, table) {
  const { row, column } = grid.focus;
  const actions = {
    Home: () => grid.focusCell(event.ctrlKey ? 0 : row, 0),
    End: () => grid.focusCell(row, Infinity),
    PageUp: () => grid.focusCell(Math.max(0, row - PAGE_ROWS), column),
    PageDown: () => grid.focusCell(row + PAGE_ROWS, column),
    x: () => select(grid, table, false),
    X: () => select(grid, table, true),
    " ": () => (row < 0 ? table.sortBy(column, event.shiftKey) : table.toggleRow(row, {})),
    Enter: () => (row < 0 ? table.sortBy(column, event.shiftKey) : table.openRow(row, event)),
    ContextMenu: () => table.openMenu(row, column),
    F10: () => event.shiftKey && table.openMenu(row, column),
    m: () => table.openMenu(row, column),
  };
  const action = actions[event.key];
  if (!action || (event.ctrlKey && event.key === "x")) return false;
  event.preventDefault();
  action();
  return true;
}
