// The values of a chart at one x, nearest to the pointer first; a click keeps them in place.

import { element } from "../../lib/element.js";
import { formatNumber } from "../../lib/numbers.js";
import { dotOf, tokenOf } from "../../lib/series_colors.js";
import { icon } from "../icons.js";
import { longName } from "../long_name.js";
import { swatch } from "./swatch.js";

const MOST_LINES = 16;
const GAP = 14;
// What stays free between a tooltip and the edge of the screen, in pixels.
const EDGE = 4;

/** The tooltip and the crosshair of one card. */
export class Tooltip {
  constructor(card) {
    this.card = card;
    this.element = element("div", { class: "chart-tip" });
    this.line = element("div", { class: "chart-crosshair" });
    this.element.hidden = this.line.hidden = true;
    card.append(this.line, this.element);
    this.follow = () => this.place(this.at);
  }

  get isPinned() {
    return this.element.classList.contains("pinned");
  }

  /** Show `values`, [{curve, value}], under `label`; `place` is {left, top} within the card. */
  show(label, values, place) {
    if (this.isPinned) return;
    if (!values.length) return this.hide();
    this.fill(label, values.slice(0, MOST_LINES));
    const left = values.length - MOST_LINES;
    if (left > 0) this.element.append(element("small", {}, `and ${left} more: click to see all`));
    this.place(place);
  }

  /** Keep all `values` in sight until they are closed. */
  pin(label, values, place) {
    const isClosing = this.isPinned;
    this.unpin();
    if (isClosing || !values.length) return;
    this.fill(label, values);
    const close = element(
      "button",
      {
        class: "btn ghost tiny",
        type: "button",
        title: "Close",
        "aria-label": "Close the values",
        onclick: () => this.unpin(),
      },
      icon("x"),
    );
    this.element.prepend(close);
    this.element.classList.add("pinned");
    this.place(place);
    addEventListener("scroll", this.follow, { capture: true, passive: true });
  }

  unpin() {
    removeEventListener("scroll", this.follow, { capture: true });
    this.element.classList.remove("pinned");
    this.hide();
  }

  fill(label, values) {
    this.element.replaceChildren(element("b", {}, label), ...values.map(drawLine));
    this.element.hidden = false;
  }

  /** Beside the pointer at `at` in the card, on the side with more of the card, and whole on the
   * screen: what scrolls the card does not cut it. */
  place(at) {
    this.at = at;
    const { style } = this.element;
    style.left = style.top = "0";
    const card = this.card.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = card.left + at.left;
    const most = clientWidth - EDGE - width;
    const isLeft = at.left > this.card.clientWidth / 2 || left + GAP > most;
    const beside = isLeft ? left - GAP - width : left + GAP;
    style.left = `${Math.max(EDGE, Math.min(most, beside))}px`;
    const lowest = clientHeight - EDGE - height;
    style.top = `${Math.max(EDGE, Math.min(lowest, card.top + Math.max(28, at.top)))}px`;
  }

  /** Draw the crosshair at a place of the card. */
  cross({ left, top, height }) {
    if (this.isPinned) return;
    this.line.hidden = false;
    Object.assign(this.line.style, { left: `${left}px`, top: `${top}px`, height: `${height}px` });
  }

  hide() {
    if (this.isPinned) return;
    this.element.hidden = true;
    this.line.hidden = true;
  }
}

function drawLine({ curve, value }) {
  const dot = element("i");
  dot.style.background = dotOf(curve.series);
  const names = longName(curve.name);
  const name = element("span", { class: "middle-cut", title: curve.label }, ...names);
  const metric =
    curve.label === curve.name
      ? []
      : [swatch(tokenOf(curve.series), curve.dash), element("small", {}, curve.key)];
  return element("div", {}, dot, name, ...metric, element("b", {}, formatNumber(value)));
}
