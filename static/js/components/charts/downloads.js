// A chart as a file: picture by Plotly (or the SVG itself), values as CSV.

import { titleOf } from "../../lib/chart_spec.js";
import { element } from "../../lib/element.js";
import { colorOf } from "../colors.js";
import { pictureOf } from "../plotly.js";

const LEAST_WIDTH = 720;
const LEAST_HEIGHT = 400;

const fileName = (card, ending) => `${titleOf(card.spec).replace(/[^\w.-]+/g, "_")}.${ending}`;

/** Save the chart of `card` as `png` or `svg`. */
export async function savePicture(card, format) {
  const drawn = card.plot.querySelector("svg.parallel");
  if (drawn) return saveSvg(card, drawn, format);
  const { clientWidth: width, clientHeight: height } = card.plot;
  const size = { width: Math.max(width, LEAST_WIDTH), height: Math.max(height, LEAST_HEIGHT) };
  const scale = format === "png" ? 2 : 1;
  const layout = { ...pictureLayout(card), ...size };
  const url = await pictureOf(card.plot, { format, scale, layout });
  return save(url, fileName(card, format));
}

/** A picture stands alone: it has a title, the names of axis and lines, and a ground. */
function pictureLayout({ spec, plot }) {
  const { layout } = plot;
  return {
    title: {
      text: titleOf(spec),
      font: { size: 14 },
      x: 0.02,
      xanchor: "left",
    },
    margin: { ...layout.margin, t: 44, b: 44 },
    paper_bgcolor: colorOf("--bg"),
    showlegend: plot.data.length > 1,
  };
}

async function saveSvg(card, svg, format) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  for (const [i, line] of [...copy.querySelectorAll("polyline")].entries()) {
    const style = getComputedStyle(svg.querySelectorAll("polyline")[i]);
    const { stroke, opacity, strokeDasharray: dashes } = style;
    line.setAttribute(
      "style",
      `fill:none;stroke:${stroke};opacity:${opacity};stroke-dasharray:${dashes}`,
    );
  }
  const text = new XMLSerializer().serializeToString(copy);
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  if (format === "svg") return save(url, fileName(card, "svg"));
  const image = new Image();
  image.src = url;
  await image.decode();
  const size = { width: svg.clientWidth * 2, height: svg.clientHeight * 2 };
  const canvas = element("canvas", size);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return save(canvas.toDataURL("image/png"), fileName(card, "png"));
}

/** Save the values drawn as CSV: one line per point, or per run for charts without steps. */
export function saveTable(card) {
  const lines = card.spec.type === "line" ? pointLines(card) : rowLines(card);
  const text = lines.map((line) => line.map(cell).join(",")).join("\r\n");
  save(URL.createObjectURL(new Blob([text], { type: "text/csv" })), fileName(card, "csv"));
}

function pointLines(card) {
  const lines = [["run", "name", "metric", card.spec.x, "value"]];
  for (const curve of card.chart?.shown ?? []) {
    curve.x.forEach((x, i) => lines.push([curve.run, curve.label, curve.key, x, curve.y[i]]));
  }
  return lines;
}

function rowLines(card) {
  const rows = card.chart?.rows ?? [];
  const columns = Object.keys(rows[0]?.values ?? {});
  return [
    ["run", "name", ...columns],
    ...rows.map((row) => [row.id, row.name, ...columns.map((c) => row.values[c])]),
  ];
}

/** A CSV cell; a text that a spreadsheet would run as a formula gets a quote in front. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

function save(url, name) {
  element("a", { href: url, download: name }).click();
  setTimeout(() => url.startsWith("blob:") && URL.revokeObjectURL(url), 10_000);
}
