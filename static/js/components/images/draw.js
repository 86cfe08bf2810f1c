// Drawings of images: one with its caption, a grid of one run, rows of several.

import { element } from "../../lib/element.js";
import { addressOf, imageAt } from "../../lib/image_sets.js";
import { dotOf as dotOfSeries } from "../../lib/series_colors.js";
import { longName } from "../long_name.js";
import { drawPairs } from "./pairs.js";

const TINY_PX = 64;

/** A figure of one image, or of its absence. */
export function drawImage(run, name, step, { caption, open = null }) {
  const image = imageAt(run, name, step);
  const words = captionOf(run, image, caption);
  if (!image) {
    return element("figure", {}, element("div", { class: "missing" }, "not logged"), words);
  }
  const src = `${addressOf(run, image)}?inline=1`;
  const onload = ({ target }) => target.classList.toggle("tiny", target.naturalWidth <= TINY_PX);
  const picture = element("img", { src, alt: name, loading: "lazy", onload });
  if (!open) return element("figure", {}, picture, words);
  const button = { type: "button", title: name, onclick: () => open(name) };
  return element("figure", {}, element("button", button, picture), words);
}

function captionOf(run, image, text) {
  const hasStep = Boolean(image) && image.step !== null;
  return element(
    "figcaption",
    {},
    text === run.name && dotOf(run),
    element("span", { class: "middle-cut", title: text }, ...longName(text)),
    hasStep && element("span", { class: "muted push" }, `step ${formatStep(image.step)}`),
  );
}

function dotOf(run) {
  const dot = element("i", { class: "dot" });
  dot.style.background = dotOfSeries({ ...run, run: true });
  return dot;
}

const formatStep = (step) => step.toLocaleString("en-US");

/** A card for each name of one run. */
export function drawGrid(run, names, step, open) {
  const cards = names.map((name) => drawImage(run, name, step, { caption: name, open }));
  return [element("div", { class: "image-grid" }, ...cards)];
}

/** A row for each name, a column for each run, or for each pair of runs where `pair` says how to
 * lay them on top of each other. */
export function drawRows(runs, names, { step, pair }, open) {
  return names.map((name) => {
    const images = pair
      ? drawPairs(runs, name, step, pair, open)
      : runs.map((run) => drawImage(run, name, step, { caption: run.name, open }));
    const line = element("div", {}, ...images);
    return element("section", { class: "image-row" }, element("h2", {}, name), line);
  });
}

/** What is not drawn of the `names` of `runs`, in words; at most `most` are drawn. */
export function drawNotes(runs, names, most) {
  const without = runs.filter((run) => !run.images.length).map((run) => run.name);
  const words = [
    without.length && `Without images: ${without.join(", ")}`,
    !names.length && "No matching images.",
    names.length > most && `Showing ${most} of ${names.length} names. Search to find the others.`,
  ];
  return words.filter(Boolean).map((text) => element("p", { class: "muted" }, text));
}
