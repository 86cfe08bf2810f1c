// All series at the pointer's x, sorted by value, name or distance; a click pins it.

import { formatNumber } from "../../lib/numbers.js";
import { lowerBound } from "../../lib/virtual_window.js";

const MOST_LINES = 16;
const GAP = 14;

/** The tooltip of one card. */
export class Tooltip {
  constructor(card) {
    this.element = document.createElement("div");
    this.element.className = "chart-tip";
    this.element.hidden = true;
    this.line = document.createElement("div");
    this.line.className = "chart-crosshair";
    this.line.hidden = true;
    card.append(this.line, this.element);
    this.card = card;
  }

  /** Show the values of `curves` at x; `pointer` is {left, top} within the card. */
  show(x, label, curves, pointer) {
    const lines = curves
      .map((curve) => ({ curve, value: valueAt(curve, x) }))
      .filter(({ value }) => Number.isFinite(value))
      .sort((a, b) => b.value - a.value);
    if (!lines.length) return this.hide();
    const head = document.createElement("b");
    head.textContent = label;
    this.element.replaceChildren(head, ...lines.slice(0, MOST_LINES).map(drawLine));
    if (lines.length > MOST_LINES) {
      this.element.append(`and ${lines.length - MOST_LINES} more`);
    }
    this.element.hidden = false;
    this.element.style.left = "0";
    const room = document.documentElement.clientWidth - this.card.getBoundingClientRect().left;
    const width = this.element.offsetWidth + GAP;
    const isLeft = pointer.left > this.card.clientWidth / 2 || pointer.left + width > room;
    this.element.style.left = `${isLeft ? pointer.left - width : pointer.left + GAP}px`;
    this.element.style.top = `${Math.max(28, pointer.top)}px`;
    return undefined;
  }

  /** Draw the crosshair at a place of the card. */
  cross({ left, top, height }) {
    this.line.hidden = false;
    Object.assign(this.line.style, { left: `${left}px`, top: `${top}px`, height: `${height}px` });
  }

  hide() {
    this.element.hidden = true;
    this.line.hidden = true;
  }
}

function drawLine({ curve, value }) {
  const line = document.createElement("div");
  const dot = document.createElement("i");
  dot.style.background = curve.color;
  const name = document.createElement("span");
  name.textContent = curve.label;
  const number = document.createElement("b");
  number.textContent = formatNumber(value);
  line.append(dot, name, number);
  return line;
}

/** The value of the point nearest to x (x ascending); none before and behind the curve. */
function valueAt({ x, smoothed }, at) {
  if (!x.length || at < x[0] || at > x[x.length - 1]) return NaN;
  const next = Math.min(lowerBound(x, at), x.length - 1);
  const before = Math.max(0, next - 1);
  return smoothed[Math.abs(x[before] - at) < Math.abs(x[next] - at) ? before : next];
}
