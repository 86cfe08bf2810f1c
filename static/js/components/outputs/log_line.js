// One line of a log as elements: number, time, coloured pieces, marked matches. Only text nodes.

import { clockOf, isoHere, timestamp } from "../../lib/times.js";

/**
 * Draw a line of the wire; `marks` is a RegExp whose matches are marked, or null; `started` is when
 * the run has started (ms), or null.
 */
export function drawLine(line, { marks, started }) {
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
  element.append(number, drawTime(line.received, started), text);
  if (line.cut) element.append(note(" … (line cut: open raw for all of it)"));
  return element;
}

/** When a line arrived; empty where that is not known. The day shows where the log has several. */
function drawTime(ms, started) {
  const element = document.createElement("time");
  element.className = "log-time";
  if (ms === null || ms === undefined) return element;
  const [day, clock] = timestamp(ms).split(" ");
  const date = document.createElement("span");
  date.className = "log-day";
  date.textContent = `${day.slice(5)} `;
  element.dateTime = isoHere(ms);
  element.title = `Received ${isoHere(ms)}${sinceStart(ms, started)}`;
  element.append(date, clock.slice(0, 8));
  return element;
}

function sinceStart(ms, started) {
  if (started === null) return "";
  const when = ms < started ? "before" : "after";
  return `\n${clockOf(Math.abs(ms - started))} ${when} the run started`;
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
  element.className = "log-note muted";
  element.textContent = words;
  return element;
}
