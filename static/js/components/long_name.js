// A name that is cut in its middle where there is no room for all of it.

import { element } from "../lib/element.js";
import { splitName } from "../lib/long_names.js";

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const measure = element("canvas").getContext("2d");
const watch = new ResizeObserver((entries) => {
  const gaps = entries.map(({ target }) => gapOf(target));
  entries.forEach(({ target }, index) => close(target, gaps[index]));
});

/** Bring both parts together; where texts end in line, the beginning moves. */
function close(head, gap) {
  const isAtEnd = head.closest(".num") !== null;
  head.style.translate = gap && isAtEnd ? `${gap}px` : "";
  head.nextElementSibling.style.translate = gap && !isAtEnd ? `${-gap}px` : "";
}

// In less room than this the end of a name is short.
const NARROW_PX = 180;

/** What is drawn of `name` inside an element of class `middle-cut`, in a column of `width`. */
export function longName(name, width = Infinity) {
  const [head, tail] = splitName(name, width < NARROW_PX);
  const drawn = [element("span", {}, head), element("span", {}, tail)];
  watch.observe(drawn[0]);
  return drawn;
}

/** Watch the names that the server has drawn, also those that come later. */
export function startLongNames() {
  watchAll(document);
  document.addEventListener("htmx:load", (event) => watchAll(event.detail.elt));
}

function watchAll(root) {
  root.querySelectorAll(".middle-cut > :nth-child(1):nth-last-child(2)").forEach((head) => {
    watch.observe(head);
  });
}

/** How much room is left between the ellipsis and the end of a name: letters are cut whole. */
function gapOf(head) {
  const { right } = head.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(head);
  const whole = range.getBoundingClientRect();
  if (whole.right - right < 0.5) return 0;
  const room = right - ellipsisOf(head);
  const ends = endsOf(head);
  // The last letter that ends before the room does.
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    range.setEnd(...ends[middle]);
    if (range.getBoundingClientRect().right <= room) low = middle + 1;
    else high = middle;
  }
  // The first letter is never left out.
  if (!low) return 0;
  range.setEnd(...ends[low - 1]);
  return room - range.getBoundingClientRect().right;
}

/** Where the letters of an element end: [text node, offset] of each. */
function endsOf(head) {
  const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
  const ends = [];
  while (texts.nextNode()) {
    const node = texts.currentNode;
    for (const { index, segment } of letters.segment(node.data))
      ends.push([node, index + segment.length]);
  }
  return ends;
}

/** How wide the browser draws the ellipsis of an element. */
function ellipsisOf(head) {
  measure.font = getComputedStyle(head).font;
  return measure.measureText("…").width;
}
