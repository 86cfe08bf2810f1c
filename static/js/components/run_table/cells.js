// How each kind of cell is drawn. Only text nodes and our own icons: names are other people's.

import { formatNumber, fullNumber } from "../../lib/numbers.js";
import { tokenOf } from "../../lib/series_colors.js";
import { clockOf, duration, exactTime, relativeTime } from "../../lib/times.js";
import { icon } from "../icons.js";

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

export function drawCell(cell, column, row, index) {
  const value = row.cells[index];
  cell.removeAttribute("title");
  (DRAW[column.type] ?? drawText)(cell, value, row, column);
}

function drawName(cell, value, row) {
  if (!row.run) return drawGroupName(cell, value, row);
  const pick = element("input", { type: "checkbox", tabIndex: -1 });
  pick.className = "rt-pick";
  pick.setAttribute("aria-label", `Select ${value}`);
  const eye = element("button", { type: "button", tabIndex: -1 }, "rt-eye");
  eye.setAttribute("aria-label", `Show ${value} in charts`);
  const dot = element("span", {}, "rt-dot");
  dot.style.background = `var(${tokenOf(row)})`;
  eye.append(dot);
  const parts = [pick, eye];
  if (row.depth) cell.style.setProperty("--depth", row.depth);
  else cell.style.removeProperty("--depth");
  if (row.children) parts.push(twig(row));
  const link = element("a", { href: row.href, textContent: value || row.id, tabIndex: -1 });
  link.title = value || row.id;
  link.className = "rt-name";
  parts.push(link);
  cell.replaceChildren(...parts);
}

/** A group: its colour in the charts, what its runs share, and how many they are. */
function drawGroupName(cell, value, row) {
  const dot = element("span", {}, "rt-dot");
  dot.style.background = `var(${tokenOf(row)})`;
  const count = element(
    "small",
    { textContent: row.children.toLocaleString("en-US") },
    "rt-members",
  );
  count.title = `${row.children} runs`;
  cell.replaceChildren(
    twig(row),
    dot,
    element("span", { textContent: value, title: value }, "rt-name"),
    count,
  );
}

function twig(row) {
  const button = element("button", { type: "button", tabIndex: -1 }, "rt-twig");
  button.setAttribute("aria-expanded", String(Boolean(row.open)));
  button.setAttribute("aria-label", `${row.children} ${row.run ? "child runs" : "runs"}`);
  button.append(icon(row.open ? "chevron-down" : "chevron-right"));
  return button;
}

function drawLink(cell, value) {
  if (!value) return drawText(cell, null);
  const link = element("a", { href: value.href, textContent: value.text, tabIndex: -1 });
  link.title = value.text;
  cell.replaceChildren(link);
}

function drawStatus(cell, value) {
  const pill = element("span", {}, `status ${value.tone}`);
  pill.append(icon(value.icon), document.createTextNode(value.word));
  if (value.reason) pill.title = value.reason;
  cell.replaceChildren(pill);
}

function drawTime(cell, value) {
  cell.textContent = value === null ? "—" : relativeTime(value);
  if (value !== null) cell.title = exactTime(value);
}

/** Active runs carry their start, and the number ticks; ended ones their duration. */
function drawDuration(cell, value) {
  if (value === null) return drawText(cell, null);
  const ticking = value.ended === null;
  cell.textContent = ticking
    ? clockOf(Date.now() - value.started)
    : duration(value.ended - value.started);
  if (ticking) cell.dataset.since = value.started;
  else delete cell.dataset.since;
}

function drawTags(cell, tags) {
  if (!tags.length) return drawText(cell, null);
  const chips = tags.map(([key, value]) => {
    const chip = element("span", { textContent: value ? `${key}: ${value}` : key }, "chip");
    return chip;
  });
  cell.replaceChildren(...chips);
  cell.title = tags.map(([key, value]) => (value ? `${key}: ${value}` : key)).join("\n");
}

/** The mean of a group; before it its range, and of how many of its runs. */
function drawStatistics(cell, { n, mean, min, max }, row) {
  const of = n === row.children ? "" : `n ${n.toLocaleString("en-US")} · `;
  const range = `${of}${formatNumber(min, 3)} … ${formatNumber(max, 3)}`;
  cell.replaceChildren(element("small", { textContent: range }, "muted"), " ", formatNumber(mean));
  cell.title = `mean ${fullNumber(mean)}\nmin ${fullNumber(min)}\nmax ${fullNumber(max)}\nn ${n}`;
}

function drawNumber(cell, value, row) {
  if (value !== null && typeof value === "object") return drawStatistics(cell, value, row);
  cell.textContent = formatNumber(value);
  if (value !== null) cell.title = fullNumber(value);
}

/** A sketch of a curve, as high as its own range. */
function drawTrend(cell, values, row) {
  const finite = (values ?? []).map(Number).filter(Number.isFinite);
  if (!finite.length) return drawText(cell, null);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const points = finite.map((value, i) => {
    const x = (i / Math.max(1, finite.length - 1)) * 96 + 2;
    return `${x.toFixed(1)},${(20 - ((value - low) / (high - low || 1)) * 16).toFixed(1)}`;
  });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 24");
  svg.setAttribute("class", "trend");
  svg.setAttribute("role", "img");
  svg.setAttribute(
    "aria-label",
    `from ${formatNumber(finite[0])} to ${formatNumber(finite.at(-1))}`,
  );
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  line.style.stroke = `var(${tokenOf(row)})`;
  svg.append(line);
  cell.replaceChildren(svg);
}

function drawText(cell, value) {
  cell.textContent = value === null || value === undefined || value === "" ? "—" : String(value);
  if (value) cell.title = String(value);
}

export function element(tag, properties = {}, className = "") {
  const made = Object.assign(document.createElement(tag), properties);
  if (className) made.className = className;
  return made;
}
