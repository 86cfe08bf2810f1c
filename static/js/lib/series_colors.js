// A run has the same colour in its row and in every chart: eight hues, then dashes.

const HUES = 8;
const DASHES = ["solid", "dash", "dot", "dashdot"];

/** CSS colour of a run or group: `series.number` picks one of the eight hues of the style sheet. */
export function colorOf(series) {
  return `var(--s${(positive(series.number) % HUES) + 1})`;
}

/** The same colour resolved to a value Plotly understands. */
export function resolvedColorOf(series, root = document.documentElement) {
  const name = `--s${(positive(series.number) % HUES) + 1}`;
  return resolveColor(getComputedStyle(root).getPropertyValue(name));
}

/** Line dash that tells runs of one hue apart. */
export function dashOf(series) {
  return DASHES[Math.floor(positive(series.number) / HUES) % DASHES.length];
}

function positive(number) {
  return Math.max(0, number - 1 || 0);
}

const probes = new Map();

/** A CSS colour such as `light-dark(…)` as `rgb(…)`, by letting the browser compute it. */
function resolveColor(text) {
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const key = `${scheme}|${matchMedia("(prefers-color-scheme: dark)").matches}|${text}`;
  if (!probes.has(key)) {
    const probe = document.createElement("i");
    probe.style.color = text;
    document.body.append(probe);
    probes.set(key, getComputedStyle(probe).color);
    probe.remove();
  }
  return probes.get(key);
}
