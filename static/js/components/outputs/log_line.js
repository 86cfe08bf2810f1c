// One line of a log as elements: number, time, coloured pieces, marked matches. Only text nodes.

import { element } from "../../lib/element.js";
import { markMatches } from "../../lib/marks.js";
import { terminalColor } from "../../lib/terminal_colors.js";
import { clockOf, isoHere, timestamp } from "../../lib/times.js";

const PROPERTIES = { fg: "color", bg: "backgroundColor" };
const CUT = " … (line cut: open raw for all of it)";

/**
 * Draw a line of the wire; `marks` is a RegExp whose matches are marked, or null; `started` is when
 * the run started (ms), or null.
 */
export function drawLine(line, { marks, started }) {
  const pieces = line.segments.map(([piece, style]) => drawPiece(piece, style, marks));
  return element(
    "div",
    { class: `log-line ${line.level}`, data: { byte: line.byte, no: line.no ?? "" } },
    element("u", { class: "log-no" }, line.no ?? "·"),
    drawTime(line.received, started),
    element("span", { class: "log-text" }, ...pieces),
    line.cut && element("em", { class: "log-note muted" }, CUT),
  );
}

/** When a line arrived; empty where that is not known. The day shows where the log has several. */
function drawTime(ms, started) {
  if (ms === null || ms === undefined) return element("time", { class: "log-time" });
  const [day, clock] = timestamp(ms).split(" ");
  const dateTime = isoHere(ms);
  const title = `Received ${dateTime}${sinceStart(ms, started)}`;
  const date = element("span", { class: "log-day" }, `${day.slice(5)} `);
  return element("time", { class: "log-time", dateTime, title }, date, clock.slice(0, 8));
}

function sinceStart(ms, started) {
  if (started === null) return "";
  const when = ms < started ? "before" : "after";
  return `\n${clockOf(Math.abs(ms - started))} ${when} the run started`;
}

function drawPiece(piece, style, marks) {
  const parts = marks ? markMatches(piece, marks) : [piece];
  const span = element("span", { class: style?.replaceAll(/\S+/g, "ansi-$&") }, ...parts);
  for (const [, ground, number] of style?.matchAll(/\b(fg|bg)-(\d+)/g) ?? []) {
    // The first sixteen follow the theme; the others are what the program says.
    if (number > 15) span.style[PROPERTIES[ground]] = terminalColor(Number(number));
  }
  return span;
}
