// The colour tokens of the style sheet, for what is drawn without it.

import { element } from "../lib/element.js";

const colors = new Map();

/** A colour token of the style sheet as `rgb(…)`. */
export function colorOf(token) {
  if (!colors.has(token)) colors.set(token, readColor(token));
  return colors.get(token);
}

function readColor(token) {
  const probe = element("i");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
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
