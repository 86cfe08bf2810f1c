// One line of a log as elements: number, coloured pieces, marked matches. Only text nodes.

/** Draw a line of the wire; `marks` is a RegExp whose matches are marked, or null. */
export function drawLine(line, marks) {
  const element = document.createElement("div");
  element.className = `log-line ${line.level}`;
  element.dataset.byte = line.byte;
  element.dataset.no = line.no ?? "";
  const number = document.createElement("u");
  number.className = "log-no";
  number.textContent = line.no === null ? "·" : line.no;
  const text = document.createElement("span");
  text.className = "log-text";
  for (const [piece, style] of line.segments) text.append(drawPiece(piece, style, marks));
  if (line.cut) text.append(note(" … (line cut: open raw for all of it)"));
  element.append(number, text);
  return element;
}

function drawPiece(piece, style, marks) {
  const span = document.createElement("span");
  if (style) span.className = style.replaceAll(/\S+/g, "ansi-$&");
  if (!marks) {
    span.textContent = piece;
    return span;
  }
  let at = 0;
  for (const match of piece.matchAll(marks)) {
    if (!match[0]) continue;
    const mark = document.createElement("mark");
    mark.textContent = match[0];
    span.append(piece.slice(at, match.index), mark);
    at = match.index + match[0].length;
  }
  span.append(piece.slice(at));
  return span;
}

function note(words) {
  const element = document.createElement("em");
  element.className = "muted";
  element.textContent = words;
  return element;
}
