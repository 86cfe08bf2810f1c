// How each kind of cell is drawn. Only text nodes and our own icons: names are other people's.

import { writeInColumn } from "../../lib/column_format.js";
import { element, svgElement } from "../../lib/element.js";
import { formatNumber, fullNumber, toNumber } from "../../lib/numbers.js";
import { dotOf, tokenOf } from "../../lib/series_colors.js";
import { clockOf, duration, exactDuration, exactTime, relativeTime } from "../../lib/times.js";
import { icon } from "../icons.js";
import { longName } from "../long_name.js";

/** Draw functions by column type: `(cell, value, row, column)`. */
const DRAW = {
  name: drawName,
  link: drawLink,
  status: drawStatus,
  time: drawTime,
  duration: drawDuration,
  tags: drawTags,
  number: drawNumber,
  trend: drawTrend,
  text: drawText,
};

/** Draw the value of `row` in `column`. The cell holds nothing of what it showed before. */
export function drawCell(cell, column, row) {
  if (row.more) return column.type === "name" ? drawMore(cell, row) : undefined;
  const value = row.cells[column.index];
  if (value === null || value === undefined || value === "") return drawNothing(cell, row, column);
  return (DRAW[column.type] ?? drawText)(cell, value, row, column);
}

/** A dash, and why there is one where the reader may wonder. */
function drawNothing(cell, row, column) {
  if (column.type === "name") return drawName(cell, "", row, column);
  cell.textContent = "—";
  cell.title = column.kind === "metrics" ? column.reason : "";
  return undefined;
}

function drawName(cell, value, row, { width }) {
  if (!row.run) return drawGroupName(cell, value, row, width);
  const name = value || row.id;
  if (row.depth) cell.style.setProperty("--depth", row.depth);
  const pick = element("input", {
    type: "checkbox",
    tabIndex: -1,
    class: "rt-pick",
    "aria-label": `Select ${name}`,
  });
  const eye = element(
    "button",
    { type: "button", tabIndex: -1, class: "rt-eye", "aria-label": `Show ${name} in charts` },
    drawDot(row),
  );
  const link = element(
    "a",
    { href: row.href, title: nameTitle(name, row), tabIndex: -1, class: "rt-name middle-cut" },
    ...longName(name, width),
  );
  cell.replaceChildren(pick, eye, ...(row.children ? [drawTwig(row)] : []), link);
  return undefined;
}

/** The last row of many inside another one. */
function drawMore(cell, { name, depth }) {
  cell.style.setProperty("--depth", depth);
  const settings = { type: "button", tabIndex: -1, class: "rt-more rt-name link" };
  cell.replaceChildren(element("button", settings, name));
}

const nameTitle = (name, row) =>
  row.dimmed ? `${name}\nShown for its children: the filter does not match this run itself.` : name;

/** A group: its colour in the charts, what its runs share, and how many they are. */
function drawGroupName(cell, value, row, width) {
  cell.replaceChildren(
    drawTwig(row),
    drawDot(row),
    element("span", { title: value, class: "rt-name middle-cut" }, ...longName(value, width)),
    element(
      "small",
      { class: "rt-members", title: `${row.children} runs` },
      row.children.toLocaleString("en-US"),
    ),
  );
}

const drawDot = (row) => element("span", { class: "rt-dot", style: `background: ${dotOf(row)}` });

function drawTwig(row) {
  const settings = {
    type: "button",
    tabIndex: -1,
    class: "rt-twig",
    "aria-expanded": String(Boolean(row.open)),
    "aria-label": `${row.children} ${row.run ? "child runs" : "runs"}`,
  };
  return element("button", settings, icon(row.open ? "chevron-down" : "chevron-right"));
}

function drawLink(cell, { href, text }) {
  cell.replaceChildren(element("a", { href, title: text, tabIndex: -1 }, text));
}

function drawStatus(cell, { word, tone, icon: name, reason }) {
  const settings = { class: `status ${tone}`, title: reason || null };
  cell.replaceChildren(element("span", settings, icon(name), word));
}

function drawTime(cell, value) {
  cell.textContent = relativeTime(value);
  cell.title = exactTime(value);
}

/** Active runs carry their start, and the clock ticks; ended ones their duration. */
function drawDuration(cell, { started, ended }) {
  if (ended === null) {
    cell.textContent = clockOf(Date.now() - started);
    cell.dataset.since = started;
  } else {
    cell.textContent = duration(ended - started);
    cell.title = exactDuration(ended - started);
  }
}

function drawTags(cell, tags) {
  if (!tags.length) {
    cell.textContent = "—";
    return;
  }
  const texts = tags.map(([key, value]) => (value ? `${key}: ${value}` : key));
  cell.replaceChildren(...texts.map((text) => element("span", { class: "chip" }, text)));
  cell.title = texts.join("\n");
}

/** The mean of a group; before it its range, and of how many of its runs. */
function drawStatistics(cell, { n, mean, min, max }, row) {
  const of = n === row.children ? "" : `n ${n.toLocaleString("en-US")} · `;
  const range = `${of}${formatNumber(min, 3)} … ${formatNumber(max, 3)}`;
  cell.replaceChildren(element("small", { class: "muted" }, range), " ", formatNumber(mean));
  cell.title = `mean ${fullNumber(mean)}\nmin ${fullNumber(min)}\nmax ${fullNumber(max)}\nn ${n}`;
}

/** A number with the digits of its column, its decimal point under those of the others; the best
 * of the column stands out. */
function drawNumber(cell, value, row, column) {
  if (typeof value === "object") return drawStatistics(cell, value, row);
  const { text, pad } = writeInColumn(value, column.format);
  cell.textContent = text;
  cell.title = titleOf(value, column);
  if (pad) cell.dataset.pad = pad;
  if (column.best !== null && toNumber(value) === column.best) cell.classList.add("best");
  return undefined;
}

/** Every digit; of a value that no order of the column counts as a number, where it stands. */
function titleOf(value, { kind }) {
  const isOrdered = kind !== "metrics" || Number.isFinite(toNumber(value));
  return isOrdered
    ? fullNumber(value)
    : `${fullNumber(value)}: never the best, sorted after all numbers`;
}

/** A sketch of a curve, as high as its own range. */
function drawTrend(cell, values, row, column) {
  const finite = values.map(Number).filter(Number.isFinite);
  if (!finite.length) return drawNothing(cell, row, column);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const points = finite.map((value, i) => {
    const x = (i / Math.max(1, finite.length - 1)) * 96 + 2;
    return `${x.toFixed(1)},${(20 - ((value - low) / (high - low || 1)) * 16).toFixed(1)}`;
  });
  const line = svgElement("polyline", { points: points.join(" ") });
  line.style.stroke = `var(${tokenOf(row)})`;
  const label = `from ${formatNumber(finite[0])} to ${formatNumber(finite.at(-1))}`;
  const settings = { viewBox: "0 0 100 24", class: "trend", role: "img", "aria-label": label };
  cell.replaceChildren(svgElement("svg", settings, line));
  return undefined;
}

function drawText(cell, value) {
  cell.textContent = String(value);
  cell.title = String(value);
}
