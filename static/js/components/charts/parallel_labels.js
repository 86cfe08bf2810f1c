// What is written at the axes of parallel coordinates.

import { svgElement } from "../../lib/element.js";
import { shortName } from "../../lib/long_names.js";

// Between two values beside an axis.
const TICK_PX = 14;

/** A text of at most `chars` signs in the middle of an axis, `y` from the top. */
export function label(text, y, chars, className = "") {
  const short = shortName(text, chars);
  const title = short === text ? [] : [svgElement("title", {}, text)];
  return svgElement("text", { y, class: className }, short, ...title);
}

/** The values between both ends, beside the axis, as far as they have room there. */
export function drawTicks({ ticks = [], isLast }, { top, height, chars }) {
  let last = 0;
  return ticks.flatMap(({ place, text }) => {
    if ((place - last) * height < TICK_PX || (1 - place) * height < TICK_PX) return [];
    last = place;
    const tick = label(text, top + (1 - place) * height + 4, chars, "parallel-tick");
    tick.setAttribute("x", isLast ? -6 : 6);
    tick.style.textAnchor = isLast ? "end" : "start";
    return tick;
  });
}
