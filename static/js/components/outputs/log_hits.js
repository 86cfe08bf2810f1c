// Matches of a search, drawn as lines.

import { element } from "../../lib/element.js";
import { markFromFirst, markSpans } from "../../lib/marks.js";

/** A match that the line above it does not show: folded away, or behind its cut. */
export function drawHidden(hit) {
  return element(
    "div",
    { class: "log-line hidden-match" },
    element("u", { class: "log-no" }, ""),
    element("em", { class: "log-note muted" }, "not shown in this line: "),
    element("span", { class: "log-hidden" }, ...markSpans(hit.text, hit.spans)),
  );
}

/** A line with a match, as a button. */
export function drawHit(hit, isCurrent) {
  const settings = { type: "button", data: { byte: hit.byte } };
  return element(
    "button",
    { class: `log-line${isCurrent ? " at" : ""}`, ...settings },
    element("u", { class: "log-no" }, hit.no ?? "·"),
    element("span", { class: "log-text" }, ...markFromFirst(hit.text, hit.spans)),
  );
}
