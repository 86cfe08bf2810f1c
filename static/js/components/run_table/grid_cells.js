// The elements of a grid, used again for other rows and columns as one scrolls.

/** Remove whatever a cell showed before: elements are used again for other rows and columns. */
function empty(cell) {
  for (const name of cell.getAttributeNames()) if (name !== "tabindex") cell.removeAttribute(name);
  cell.replaceChildren();
}

/** Make `cell` the room that the columns out of sight take on the left. */
export function setSpacer(cell, width) {
  empty(cell);
  cell.className = "rt-spacer";
  cell.style.cssText = `width:${width}px`;
  cell.setAttribute("role", "presentation");
  cell.removeAttribute("tabindex");
}

/** Make `cell` that of a column; a pinned one stands `left` pixels from the edge. */
export function setCell(cell, { column, index, left }, pinned) {
  empty(cell);
  cell.className = `rt-cell${column.numeric ? " num" : ""}`;
  cell.style.cssText = `width:${column.width}px`;
  if (left !== undefined) {
    cell.classList.add("rt-pinned");
    if (index === pinned - 1) cell.classList.add("rt-last-pinned");
    cell.style.left = `${left}px`;
  }
  cell.dataset.column = column.id;
  cell.setAttribute("aria-colindex", String(index + 1));
  cell.tabIndex = -1;
}

/** Let the frame of a grid be as high as `rows` (pixels), the header, a scroll bar and the edges. */
export function fitFrame(root, head, rows) {
  const edges = root.parentElement.offsetHeight - root.clientHeight;
  const needed = `${head.offsetHeight + rows + edges}px`;
  root.parentElement.style.setProperty("--needed", needed);
}
