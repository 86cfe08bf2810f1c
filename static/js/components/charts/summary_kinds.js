// Bar, scatter, box and histogram: each takes rows of values and gives {traces, layout, beyond}.

import { axisTitle } from "../../lib/chart_spec.js";
import { binsOf, placesOf } from "../../lib/histogram.js";
import { shortName } from "../../lib/long_names.js";
import { metricColumn } from "../../lib/metric_ids.js";
import { formatNumber } from "../../lib/numbers.js";
import { symbolOf, tokenOf } from "../../lib/series_colors.js";
import { splitList } from "../../lib/url_state.js";
import { colorOf } from "../colors.js";
import { axisOf, valuesIn, xAxis, xOf } from "./summary_axes.js";

const BAR_PX = 14;
const LONGEST_LABEL = 24;
const WIDE = 900;

const titleOf = (keys, { aggregate }) => `${keys.join(", ")} (${aggregate})`;

export function bars(rows, keys, spec, room) {
  const isLog = spec.yScale === "log";
  const items = keys.map((key) => valuesIn(rows, metricColumn(key, spec.aggregate), isLog));
  const places = new Map(rows.map((row, i) => [row.id, i]));
  const traces = items.map((found, index) => ({
    type: "bar",
    orientation: "h",
    name: keys[index],
    y: found.map(({ row }) => places.get(row.id)),
    x: found.map(({ value }) => value),
    text: found.map(({ row }) => row.name),
    hovertext: found.map(({ value }) => formatNumber(value)),
    customdata: found.map(({ row }) => row.id),
    hovertemplate: "%{text}<br>%{hovertext}<extra></extra>",
    textposition: "none",
    marker: {
      color: found.map(({ row }) => colorOf(tokenOf(keys.length > 1 ? { hue: index } : row))),
    },
  }));
  const title = titleOf(keys, spec);
  const value = { scale: spec.yScale, range: spec.yRange, clip: spec.clip, title };
  const { axis, beyond } = axisOf(items.flat(), value);
  // The length of a bar is its value: it begins at 0.
  if (beyond && !isLog) axis.range = [Math.min(0, axis.range[0]), Math.max(0, axis.range[1])];
  const yaxis = { autorange: "reversed", showgrid: false, ...namesOf(rows, room) };
  return { traces, beyond, layout: { xaxis: { ...axis, showgrid: true }, yaxis, bargap: 0.3 } };
}

/** Names at the bars, as many as have room. */
function namesOf(rows, { height, width }) {
  const every = Math.max(1, Math.ceil((rows.length * BAR_PX) / Math.max(1, height - 48)));
  const tickvals = rows.map((_, i) => i).filter((i) => i % every === 0);
  const longest = width > WIDE ? 2 * LONGEST_LABEL : LONGEST_LABEL;
  return { tickvals, ticktext: tickvals.map((i) => shortName(rows[i].name, longest)) };
}

export function points(rows, keys, spec) {
  const x = xOf(rows, spec);
  const columns = keys.map((key) => metricColumn(key, spec.aggregate));
  const items = columns.map((column) =>
    valuesIn(rows, column, spec.yScale === "log").filter(({ row }) => x.has(row.id)),
  );
  const traces = items.map((found, index) => ({
    type: "scatter",
    mode: "markers",
    name: keys[index],
    x: found.map(({ row }) => x.get(row.id)),
    y: found.map(({ value }) => value),
    text: found.map(({ row }) => row.name),
    customdata: found.map(({ row }) => row.id),
    hovertemplate: "%{text}<br>x %{x}<br>y %{y}<extra></extra>",
    marker: {
      size: 8,
      color: found.map(({ row }) => colorOf(tokenOf(row))),
      symbol: found.map(({ row }) => (keys.length > 1 ? index : symbolOf(row))),
    },
  }));
  const value = { scale: spec.yScale, range: spec.yRange, clip: spec.clip };
  const { axis, beyond } = axisOf(items.flat(), { ...value, title: titleOf(keys, spec) });
  const left = rows.length - new Set(items.flat().map(({ row }) => row.id)).size;
  const across = xAxis(x, spec);
  return {
    traces,
    beyond: new Set([...(beyond ?? []), ...(across.beyond ?? [])]),
    left,
    layout: { dragmode: "select", xaxis: across.axis, yaxis: axis },
  };
}

export function boxes(rows, keys, spec, { hueOf }) {
  const isLog = spec.yScale === "log";
  const fields = splitList(spec.group);
  const shown = [];
  const traces = keys.flatMap((key, k) => {
    const items = valuesIn(rows, metricColumn(key, spec.aggregate), isLog);
    shown.push(...items);
    const named = ({ row }) => fields.map((field) => row.values[field] ?? "—").join(", ") || key;
    return [...Map.groupBy(items, named)].map(([group, members], index) => ({
      type: "box",
      name: String(group),
      y: members.map(({ value }) => value),
      text: members.map(({ row }) => row.name),
      boxpoints: "all",
      jitter: 0.4,
      pointpos: 0,
      hoverinfo: "y+text",
      marker: {
        size: 4,
        color: colorOf(tokenOf({ hue: fields.length ? hueOf(group, index) : k })),
      },
      line: { width: 1.5 },
    }));
  });
  const value = { scale: spec.yScale, range: spec.yRange, clip: spec.clip };
  const { axis, beyond } = axisOf(shown, { ...value, title: titleOf(keys, spec) });
  const names = fields.map((field) => axisTitle(field)).join(", ");
  return { traces, beyond, layout: { xaxis: { title: { text: names } }, yaxis: axis } };
}

export function histograms(rows, keys, spec) {
  const isLog = spec.xScale === "log";
  const beyond = new Set();
  const traces = keys.flatMap((key, index) => {
    const found = valuesIn(rows, metricColumn(key, spec.aggregate), isLog);
    const { beyond: out = [] } = axisOf(found, { scale: spec.xScale, clip: spec.clip });
    for (const id of out) beyond.add(id);
    const bins = binsOf(
      found.filter(({ row }) => !beyond.has(row.id)).map(({ value }) => value),
      { isLog },
    );
    if (!bins) return [];
    const color = colorOf(tokenOf({ hue: index }));
    const look = { marker: { color }, opacity: keys.length > 1 ? 0.6 : 0.9 };
    const bar = { type: "bar", name: key, y: bins.counts, ...placesOf(bins, isLog), ...look };
    return [{ ...bar, hovertemplate: "%{y} runs at %{x}<extra></extra>" }];
  });
  const x = { type: isLog ? "log" : "linear", title: { text: titleOf(keys, spec) } };
  const y = { type: spec.yScale === "log" ? "log" : "linear", title: { text: "Runs" } };
  return { traces, beyond, layout: { barmode: "overlay", bargap: 0.04, xaxis: x, yaxis: y } };
}
