// Two images on top of each other: they take turns, or only what differs is bright.

import { element } from "../../lib/element.js";
import { addressOf, imageAt } from "../../lib/image_sets.js";

const TURN_MS = 600;
const TINY_PX = 64;

export const PAIR_KINDS = ["blink", "difference"];

/** The first of `runs` with each of the others, as figures of `kind`; runs without the image are
 * left out. */
export function drawPairs(runs, name, step, kind, open = null) {
  const [first, ...others] = runs.filter((run) => imageAt(run, name, step));
  if (!others.length)
    return [
      element("p", { class: "muted" }, `Two runs with ${name} are needed to compare images.`),
    ];
  return others.map((other) => drawPair([first, other], name, step, kind, open));
}

function drawPair(runs, name, step, kind, open) {
  const words = element("span", { class: "middle-cut" }, captionOf(runs, kind));
  const pictures = runs.map((run) => pictureOf(run, name, step));
  const stack = element("div", { class: `pair ${kind}` }, ...pictures);
  for (const picture of pictures)
    picture.addEventListener("load", () => {
      stack.classList.toggle("tiny", pictures.some(isTiny));
      if (areUnlike(pictures)) words.textContent = `${captionOf(runs, kind)} · different sizes`;
    });
  const shown = open
    ? element("button", { type: "button", onclick: () => open(name) }, stack)
    : stack;
  return element("figure", {}, shown, element("figcaption", {}, words));
}

function pictureOf(run, name, step) {
  const src = `${addressOf(run, imageAt(run, name, step))}?inline=1`;
  return element("img", { src, alt: `${name} of ${run.name}` });
}

function captionOf([first, other], kind) {
  const names = `${first.name} and ${other.name}`;
  return kind === "blink" ? `${names} take turns` : `Difference of ${names}: black means equal`;
}

const isTiny = ({ naturalWidth }) => naturalWidth > 0 && naturalWidth <= TINY_PX;

function areUnlike([first, other]) {
  if (!first.naturalWidth || !other.naturalWidth) return false;
  return first.naturalWidth !== other.naturalWidth || first.naturalHeight !== other.naturalHeight;
}

/** All pairs of the page change at once. */
function takeTurns() {
  const second = Math.floor(Date.now() / TURN_MS) % 2 === 1;
  for (const pair of document.querySelectorAll(".pair.blink"))
    pair.classList.toggle("second", second);
}

setInterval(takeTurns, TURN_MS);
