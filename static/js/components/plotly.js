// Plotly, loaded once and late, and the look that all charts share.

const LONGEST_WAIT_MS = 1500;
let loading = null;

/** The Plotly library; its file is named by `data-plotly` of the body. It takes the page's one thread
 * for a while: what is drawn by then is painted first. */
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
    const script = document.createElement("script");
    script.src = document.body.dataset.plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("The chart library did not load. Reload the page."));
    document.head.append(script);
  });
}

export const CONFIG = {
  displaylogo: false,
  displayModeBar: false,
  responsive: false,
  doubleClick: false,
  showTips: false,
};

/** Layout in the colours of the page; `overrides` are merged one level deep. */
export function layoutOf(overrides = {}) {
  const style = getComputedStyle(document.body);
  const text = style.color;
  const line = colorOf("--line");
  const axis = {
    gridcolor: line,
    linecolor: line,
    zeroline: false,
    tickfont: { size: 11, color: colorOf("--text-2") },
    title: { font: { size: 11, color: colorOf("--text-2") }, standoff: 6 },
    automargin: true,
    exponentformat: "power",
    separatethousands: true,
  };
  const base = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.fontFamily, size: 12, color: text },
    margin: { l: 44, r: 12, t: 8, b: 20 },
    showlegend: false,
    hovermode: "closest",
    dragmode: "zoom",
    uirevision: "kept",
    xaxis: { ...axis, showgrid: false, showspikes: false },
    yaxis: axis,
    yaxis2: { ...axis, overlaying: "y", side: "right", showgrid: false },
  };
  for (const [name, value] of Object.entries(overrides)) base[name] = merge(base[name], value);
  if (!overrides.yaxis2) delete base.yaxis2;
  return base;
}

/** `over` laid over `base`, inside plain objects too. */
function merge(base, over) {
  const isPlain = (value) => value && typeof value === "object" && !Array.isArray(value);
  if (!isPlain(base) || !isPlain(over)) return over === undefined ? base : over;
  const merged = { ...base };
  for (const [name, value] of Object.entries(over)) merged[name] = merge(base[name], value);
  return merged;
}

const colors = new Map();

/** A colour token of the style sheet as `rgb(…)`. */
export function colorOf(token) {
  if (!colors.has(token)) colors.set(token, readColor(token));
  return colors.get(token);
}

function readColor(token) {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const ARRAYS = { f8: Float64Array, f4: Float32Array, i4: Int32Array };

/** A typed array of the wire, `{dtype, bdata}`: little-endian numbers in base64. */
export function decodeArray({ dtype, bdata }) {
  return new ARRAYS[dtype](bytesOf(bdata).buffer);
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Call `redraw` when the colours of the page change. */
export function onThemeChange(redraw) {
  const changed = () => {
    colors.clear();
    redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });
}
