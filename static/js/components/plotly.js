// Plotly, loaded once and late: drawing, sizes, and where on the screen a value is. No other module
// knows what Plotly keeps inside.

import { element } from "../lib/element.js";
import { moveNearer } from "../lib/far_values.js";
import { asText } from "../lib/figure_text.js";
import { layoutOf } from "./plot_layout.js";

const LONGEST_WAIT_MS = 1500;
const CONFIG = {
  displaylogo: false,
  displayModeBar: false,
  responsive: false,
  doubleClick: false,
  showTips: false,
};
let loading = null;

/** The Plotly library; its file is named by `data-plotly` of the body. Loading it
 * blocks the page, so what has been drawn before is painted first. */
export function loadPlotly() {
  loading ??= nextPaint().then(fetchPlotly);
  return loading;
}

const nextPaint = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // A page in the background paints nothing.
    setTimeout(resolve, document.hidden ? 0 : LONGEST_WAIT_MS);
  });

function fetchPlotly() {
  return new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const onload = () => resolve(window.Plotly);
    const onerror = () => reject(new Error("The chart library did not load. Reload the page."));
    document.head.append(element("script", { src: document.body.dataset.plotly, onload, onerror }));
  });
}

// -- drawing -----------------------------------------------------------------------------------------

const listening = new WeakSet();

/** Draw `traces` into `root`, as large as it is now and whenever it changes its size. All texts in
 * them are shown as they are. `events` are Plotly's, by name. */
export async function drawPlot(root, traces, layout, events = {}) {
  const plotly = await loadPlotly();
  if (!root.isConnected) return;
  root.querySelector(".plot-empty")?.remove();
  const size = sizeOf(root);
  const data = asText(moveNearer(traces, layout));
  await plotly.react(root, data, { ...layoutOf(asText(layout)), ...size }, CONFIG);
  if (!listening.has(root)) {
    listening.add(root);
    Object.entries(events).forEach(([name, hear]) => root.on(name, hear));
  }
  watchSize(root);
}

/** Take away what is drawn in `root`. */
export function erasePlot(root) {
  if (window.Plotly && root.classList.contains("js-plotly-plot")) window.Plotly.purge(root);
  listening.delete(root);
  root.replaceChildren();
}

/** Say in words why nothing is drawn in `root`. */
export function drawNothing(root, text) {
  erasePlot(root);
  root.append(element("p", { class: "plot-empty" }, text));
}

/** The chart in `root` as a picture: a `data:` URL. `layout` is laid over its own. */
export async function pictureOf(root, { format, scale, layout }) {
  const { data, layout: own } = root;
  const figure = { data, layout: { ...own, ...asText(layout) } };
  const { width, height } = layout;
  return (await loadPlotly()).toImage(figure, { format, scale, width, height });
}

// -- sizes -------------------------------------------------------------------------------------------

const sizeOf = (root) => ({
  width: root.clientWidth || undefined,
  height: root.clientHeight || undefined,
});

const resized = new WeakMap();
const known = new WeakMap();
const sizes = new ResizeObserver((entries) =>
  requestAnimationFrame(() => entries.forEach(({ target }) => fit(target))),
);

/** Call `work` when `root` has another size. What Plotly has drawn there fits itself. */
export function watchSize(root, work) {
  if (work) resized.set(root, work);
  sizes.observe(root);
}

export function forgetSize(root) {
  sizes.unobserve(root);
}

function fit(root) {
  const { width, height } = sizeOf(root);
  if (!root.isConnected || !width || !height) return;
  const drawn = root._fullLayout;
  if (drawn && (drawn.width !== width || drawn.height !== height))
    window.Plotly.relayout(root, { width, height });
  const [before, now] = [known.get(root), `${width} ${height}`];
  known.set(root, now);
  // It was drawn in its first size.
  if (before && before !== now) resized.get(root)?.();
}

// -- places ------------------------------------------------------------------------------------------

/** Where the axes of the chart in `root` enclose its lines, in pixels from its corner; null where
 * nothing is drawn. */
export function areaOf(root) {
  const { xaxis, yaxis } = root._fullLayout ?? {};
  if (!xaxis || !yaxis) return null;
  return {
    left: xaxis._offset,
    top: yaxis._offset,
    width: xaxis._length,
    height: yaxis._length,
  };
}

/** The x at `left` pixels from the edge of `root`; a date in ms. */
export function xAt(root, left) {
  const { xaxis } = root._fullLayout;
  return xaxis.p2c(left - xaxis._offset);
}

/** How far from the left edge of `root` x stands. */
export function leftOf(root, x) {
  const { xaxis } = root._fullLayout;
  return xaxis._offset + xaxis.d2p(x);
}

/** How far from the upper edge of `root` y stands, on the left or the right axis. */
export function topOf(root, y, axis = "yaxis") {
  const scale = root._fullLayout[axis] ?? root._fullLayout.yaxis;
  return scale._offset + scale.d2p(y);
}

/** Let the traces with these `uid` stand out from the others; null: all are alike. */
export function light(root, uids) {
  root.classList.toggle("has-lit", Boolean(uids?.length));
  root.querySelectorAll(".lit").forEach((trace) => trace.classList.remove("lit"));
  for (const uid of uids ?? [])
    root.querySelectorAll(`.trace${CSS.escape(uid)}`).forEach((one) => one.classList.add("lit"));
}
