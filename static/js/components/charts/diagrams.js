// Plotly drawings of what `diagram` answers: each takes the answer and what the reader has chosen,
// and gives {traces, layout}.

import { colorOf } from "../colors.js";
import { confusion_matrix } from "./matrix.js";

export const CURVES = {
  roc: ["ROC", "False positive rate", "True positive rate"],
  precision_recall: ["Precision-recall", "Recall", "Precision"],
  gains: ["Cumulative gains", "Share of samples", "Share of positives"],
  lift: ["Lift", "Share of samples", "Lift"],
  calibration: ["Calibration", "Predicted probability", "Share of positives"],
};

/** The choices each form offers: [value, label]. */
export const CHOICES = {
  confusion_matrix: [
    ["raw", "Raw"],
    ["normalised", "Normalised"],
  ],
  accuracy_table: Object.entries(CURVES).map(([key, [label]]) => [key, label]),
};

export const DRAW = { columns, confusion_matrix, accuracy_table, residuals, predictions };

const hue = (index) => colorOf(`--s${(index % 8) + 1}`);
const LEGEND = { showlegend: true, legend: { orientation: "h", y: -0.22, font: { size: 11 } } };

/** The first column is x, every other column of numbers a line. */
function columns({ columns: names, rows }) {
  const cells = (index) => rows.map((row) => row[index]);
  const isNumeric = (index) =>
    cells(index).every((cell) => cell === null || typeof cell === "number");
  const lines = names.map((_, index) => index).filter((index) => index > 0 && isNumeric(index));
  const traces = lines.map((index, i) => ({
    type: "scatter",
    mode: rows.length > 60 ? "lines" : "lines+markers",
    name: names[index],
    x: cells(0),
    y: cells(index),
    line: { width: 1.5, color: hue(i) },
    marker: { size: 4 },
  }));
  return {
    traces,
    layout: { xaxis: { title: { text: names[0] } }, ...(lines.length > 1 && LEGEND) },
  };
}

function accuracy_table(answer, choice) {
  const [, x, y] = CURVES[choice];
  const curves = answer.curves[choice];
  const traces = curves.map((curve, index) => ({
    type: "scatter",
    mode: curve.x.length > 40 ? "lines" : "lines+markers",
    name: curve.name,
    x: curve.x,
    y: curve.y,
    line: {
      width: curve.is_average ? 2 : 1.5,
      dash: curve.is_average ? "dash" : "solid",
      color: hue(index),
    },
    marker: { size: 4 },
    visible: curves.length > 11 && !curve.is_average ? "legendonly" : true,
  }));
  return {
    traces: [...guideOf(choice), ...traces],
    layout: {
      xaxis: { title: { text: x }, range: [0, 1.01] },
      yaxis: { title: { text: y }, rangemode: "tozero" },
      ...LEGEND,
    },
  };
}

/** What a classifier that guesses, or one that is calibrated, would give. */
function guideOf(choice) {
  if (choice === "precision_recall") return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      x: [0, 1],
      y: choice === "lift" ? [1, 1] : [0, 1],
      hoverinfo: "skip",
      showlegend: false,
      line: { width: 1, dash: "dot", color: colorOf("--line-2") },
    },
  ];
}

const middles = (edges) => edges.slice(1).map((edge, index) => (edge + edges[index]) / 2);
const widths = (edges) => edges.slice(1).map((edge, index) => edge - edges[index]);

function residuals({ bin_edges: edges, bin_counts: counts }) {
  const trace = {
    type: "bar",
    x: middles(edges),
    y: counts,
    width: widths(edges),
    marker: { color: hue(0) },
  };
  return {
    traces: [trace],
    layout: {
      bargap: 0,
      xaxis: { title: { text: "Predicted − actual" } },
      yaxis: { title: { text: "Count" } },
    },
  };
}

/** Averages with the band of their errors, above the histogram of how many there are. */
function predictions({
  bin_averages: averages,
  bin_errors: errors,
  bin_counts: counts,
  bin_edges: edges,
}) {
  const x = middles(edges);
  const line = { type: "scatter", mode: "lines", yaxis: "y2" };
  const band = {
    ...line,
    x,
    hoverinfo: "skip",
    showlegend: false,
    line: { width: 0, color: hue(0) },
  };
  const ends = [edges[0], edges.at(-1)];
  return {
    traces: [
      {
        type: "bar",
        name: "count",
        x,
        y: counts,
        width: widths(edges),
        marker: { color: colorOf("--bg-3") },
      },
      { ...band, y: averages.map((value, i) => value - errors[i]) },
      { ...band, y: averages.map((value, i) => value + errors[i]), fill: "tonexty" },
      {
        ...line,
        name: "ideal",
        x: ends,
        y: ends,
        line: { width: 1, dash: "dot", color: colorOf("--text-2") },
      },
      {
        ...line,
        mode: "lines+markers",
        name: "average",
        x,
        y: averages,
        line: { width: 1.5, color: hue(0) },
        marker: { size: 4 },
      },
    ],
    layout: {
      xaxis: { title: { text: "Actual" } },
      yaxis: { side: "right", showgrid: false, title: { text: "Count" } },
      yaxis2: { side: "left", title: { text: "Predicted" } },
      ...LEGEND,
    },
  };
}
