// Texts in which some places are marked, as elements.

import { element } from "./element.js";

const BEFORE_FIRST = 60;

/**
 * Return `text` as texts and `mark` elements. `spans` are [start, stop] in characters; a character
 * beyond U+FFFF takes two places in a string of JavaScript.
 */
export function markSpans(text, spans) {
  const characters = [...text];
  const between = (start, stop) => characters.slice(start, stop).join("");
  let at = 0;
  const parts = [];
  for (const [start, stop] of spans) {
    parts.push(between(at, start), element("mark", {}, between(start, stop)));
    at = stop;
  }
  return [...parts, between(at)].filter((part) => part !== "");
}

/** Like `markSpans`, for a list: a text whose first mark is far along begins shortly before it. */
export function markFromFirst(text, spans) {
  const from = (spans[0]?.[0] ?? 0) - BEFORE_FIRST;
  if (from <= 0) return markSpans(text, spans);
  const rest = [...text].slice(from).join("");
  const moved = spans.map(([start, stop]) => [start - from, stop - from]);
  return ["…", ...markSpans(rest, moved)];
}

/** Return `text` as texts and `mark` elements, around the matches of `pattern` (a global RegExp). */
export function markMatches(text, pattern) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (!match[0]) continue;
    parts.push(text.slice(at, match.index), element("mark", {}, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== "");
}
