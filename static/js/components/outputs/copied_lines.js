// What a selection with the mouse copies from a log: the text of its lines, also of empty ones,
// without what stands beside them.

/** Let Ctrl+C in `root` copy lines as they are. */
export function copyCleanly(root) {
  root.addEventListener("copy", (event) => {
    const selection = document.getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return;
    event.clipboardData.setData("text/plain", textOf(root, selection.getRangeAt(0)));
    event.preventDefault();
  });
}

function textOf(root, range) {
  return [...root.querySelectorAll(".log-text")]
    .filter((text) => range.intersectsNode(text.parentElement))
    .map((text) => partOf(text, range))
    .join("\n");
}

function partOf(text, range) {
  const part = document.createRange();
  part.selectNodeContents(text);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) {
    part.setStart(range.startContainer, range.startOffset);
  }
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) {
    part.setEnd(range.endContainer, range.endOffset);
  }
  return part.toString();
}
