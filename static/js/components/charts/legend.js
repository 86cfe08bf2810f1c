// The legend of a chart: dot and name of each line. One choice, to show or to fold it, for all cards.

import { element } from "../../lib/element.js";
import { dotOf, tokenOf } from "../../lib/series_colors.js";
import { recall, remember } from "../../lib/store.js";
import { longName } from "../long_name.js";
import { swatch } from "./swatch.js";

const KEY = "chart-legend";
const MOST = 200;
const MOST_UNASKED = 8;

/** The legend below the chart of `card`, open at first if colours do not tell its lines apart. */
export class Legend {
  constructor(card) {
    this.card = card;
    this.element = element("ul", {
      class: "card-legend",
      hidden: true,
      "aria-label": "Legend",
    });
    this.element.addEventListener("pointerover", (event) => {
      card.strip.light(event.target.closest("li")?.dataset.run ?? null);
    });
    this.element.addEventListener("pointerleave", () => card.strip.light(null));
  }

  toggle() {
    remember(KEY, this.element.hidden ? "shown" : "folded");
    this.card.strip.allCards.forEach((card) => card.legend.show());
  }

  /** List the lines of now. */
  show() {
    const { chart, isFull, bar } = this.card;
    const lines = chart?.legend?.() ?? [];
    const choice = recall(KEY);
    const isUseful = isFull || (chart?.isMixed && lines.length <= MOST_UNASKED);
    const isWanted = choice ? choice === "shown" : isUseful;
    this.element.hidden = !lines.length || !isWanted;
    bar.legend.hidden = !lines.length;
    bar.legend.setAttribute("aria-expanded", String(!this.element.hidden));
    if (this.element.hidden) return;
    const left = lines.length - MOST;
    // What scrolls has to be reached by keys too.
    requestAnimationFrame(() => {
      const { scrollHeight, clientHeight } = this.element;
      this.element.tabIndex = scrollHeight > clientHeight ? 0 : -1;
    });
    this.element.replaceChildren(
      ...lines.slice(0, MOST).map(drawLine),
      ...(left > 0 ? [element("li", {}, `and ${left} more`)] : []),
    );
  }
}

function drawLine({ series, name, label, metric, run, dash }) {
  const dot = element("i");
  dot.style.setProperty("--dot", dotOf(series));
  return element(
    "li",
    { title: label, data: { run } },
    dot,
    element("span", { class: "middle-cut" }, ...longName(name)),
    metric && swatch(tokenOf(series), dash),
    metric && element("small", {}, metric),
  );
}
