// Drawings of images: one with its caption, a grid of one run, rows of several.

import { addressOf, imageAt } from "../../lib/image_sets.js";
import { tokenOf } from "../../lib/series_colors.js";

const TINY_PX = 64;

/** A figure of one image, or of its absence. */
export function drawImage(run, name, step, { caption, open = null }) {
  const figure = make("figure");
  const image = imageAt(run, name, step);
  if (!image) {
    figure.append(
      make("div", { className: "missing", textContent: "not logged" }),
      captionOf(run, null, caption),
    );
    return figure;
  }
  const picture = make("img", {
    src: `${addressOf(run, image)}?inline=1`,
    alt: name,
    loading: "lazy",
  });
  picture.addEventListener("load", () =>
    picture.classList.toggle("tiny", picture.naturalWidth <= TINY_PX),
  );
  if (open) {
    const button = make("button", { type: "button", title: name });
    button.addEventListener("click", () => open(name));
    button.append(picture);
    figure.append(button);
  } else figure.append(picture);
  figure.append(captionOf(run, image, caption));
  return figure;
}

function captionOf(run, image, text) {
  const caption = make("figcaption");
  if (text === run.name) {
    const dot = make("i", { className: "dot" });
    dot.style.background = `var(${tokenOf(run)})`;
    caption.append(dot);
  }
  caption.append(make("span", { className: "clip", textContent: text, title: text }));
  if (image && image.step !== null) {
    caption.append(
      make("span", {
        className: "muted push",
        textContent: `step ${image.step.toLocaleString("en-US")}`,
      }),
    );
  }
  return caption;
}

/** A card for each name of one run. */
export function drawGrid(run, names, step, open) {
  const grid = make("div", { className: "image-grid" });
  grid.append(...names.map((name) => drawImage(run, name, step, { caption: name, open })));
  return [grid];
}

/** A row for each name, a column for each run. */
export function drawRows(runs, names, step, open) {
  return names.map((name) => {
    const row = make("section", { className: "image-row" });
    const line = make("div");
    line.append(...runs.map((run) => drawImage(run, name, step, { caption: run.name, open })));
    row.append(make("h3", { textContent: name }), line);
    return row;
  });
}

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
