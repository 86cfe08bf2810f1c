// A confusion matrix: its cells, and on each its number in black or white, whichever is read better.

import { BLACK, between, channelsOf, inkOn, WHITE } from "../../lib/contrast.js";
import { extentOf } from "../../lib/curves.js";
import { colorOf } from "../colors.js";

const MOST_NUMBERED = 20;
const BLANK = "\u00a0";
const AXIS = { type: "category", showgrid: false, ticks: "" };

/** `choice` is how the cells are counted: "raw" or "normalised". */
export function confusion_matrix(answer, choice) {
  const { labels } = answer;
  const z = answer[choice];
  const isRaw = choice === "raw";
  const words = z.map((row) =>
    row.map((value) => (isRaw ? value.toLocaleString("en-US") : value.toFixed(2))),
  );
  const colors = ["--bg-2", "--accent"].map(colorOf);
  const cells = { type: "heatmap", z, x: labels, y: labels, showscale: false, xgap: 1, ygap: 1 };
  const colored = {
    ...cells,
    text: words,
    colorscale: colors.map((color, i) => [i, color]),
    hovertemplate: "true %{y}<br>predicted %{x}<br>%{text}<extra></extra>",
  };
  return {
    traces: [colored, ...(labels.length <= MOST_NUMBERED ? numbersOn(cells, words, colors) : [])],
    layout: {
      xaxis: { ...AXIS, title: { text: "Predicted" } },
      yaxis: { ...AXIS, autorange: "reversed", title: { text: "True" } },
    },
  };
}

/** The numbers, in black and in white ones: a heatmap writes in one colour. */
function numbersOn(cells, words, colors) {
  const [low, high] = extentOf(cells.z.flat()) ?? [0, 0];
  const [from, to] = colors.map(channelsOf);
  const inks = cells.z.map((row) =>
    row.map((value) => inkOn(between(from, to, (value - low) / (high - low || 1)))),
  );
  // Where the other ink writes stands as much of nothing: both are then written in one size.
  const blank = BLANK.repeat(Math.max(...words.flat().map((word) => word.length)));
  return [BLACK, WHITE].map((ink) => ({
    ...cells,
    text: words.map((row, i) => row.map((word, j) => (inks[i][j] === ink ? word : blank))),
    texttemplate: "%{text}",
    textfont: { color: `rgb(${ink.join()})` },
    colorscale: [
      [0, "rgba(0,0,0,0)"],
      [1, "rgba(0,0,0,0)"],
    ],
    hoverinfo: "skip",
  }));
}
