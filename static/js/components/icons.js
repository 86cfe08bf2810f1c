// Icons of the page's sprite.

import { svgElement } from "../lib/element.js";

/** An icon by its name in runs/web/icons.py; it says nothing to a screen reader. */
export function icon(name) {
  const use = svgElement("use", { href: `#icon-${name}` });
  return svgElement("svg", { class: "icon", "aria-hidden": "true" }, use);
}
