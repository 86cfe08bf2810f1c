// Where popups stand: beside what opened them, and whole on the screen.

const EDGE = 8;
const LEAST_HEIGHT = 96;

/**
 * Put `popup`, which is shown and whose position is fixed or absolute, under `anchor`: above it
 * where there is more room, moved sideways and made shorter as far as the screen asks for that.
 * Their left edges line up; their right ones with `end`, or where there is no room on the right.
 */
export function placeBy(popup, anchor, { gap = 2, end = false } = {}) {
  Object.assign(popup.style, { maxHeight: "", maxWidth: "", right: "auto", bottom: "auto" });
  const box = anchor.getBoundingClientRect();
  const { clientHeight } = document.documentElement;
  const width = widthOfPage();
  if (popup.offsetWidth > width - 2 * EDGE) popup.style.maxWidth = `${width - 2 * EDGE}px`;
  const below = clientHeight - box.bottom - gap - EDGE;
  const above = box.top - gap - EDGE;
  const isBelow = popup.offsetHeight <= below || below >= above;
  const room = Math.max(LEAST_HEIGHT, isBelow ? below : above);
  if (popup.offsetHeight > room) popup.style.maxHeight = `${room}px`;
  const isLeft = !end && box.left + popup.offsetWidth <= width - EDGE;
  const wanted = isLeft ? box.left : box.right - popup.offsetWidth;
  const left = Math.max(EDGE, Math.min(wanted, width - popup.offsetWidth - EDGE));
  const top = isBelow ? box.bottom + gap : Math.max(EDGE, box.top - gap - popup.offsetHeight);
  const from = originOf(popup);
  popup.style.left = `${left - from.left}px`;
  popup.style.top = `${top - from.top}px`;
}

/** How wide the page is, without the room kept for its scroll bar: nothing is drawn there. */
function widthOfPage() {
  const { clientWidth } = document.documentElement;
  return Math.min(clientWidth, document.documentElement.getBoundingClientRect().width);
}

/** The point from which left and top of `popup` are counted. */
function originOf(popup) {
  const frame = getComputedStyle(popup).position === "absolute" && popup.offsetParent;
  if (!frame) return { left: 0, top: 0 };
  const { left, top } = frame.getBoundingClientRect();
  return {
    left: left + frame.clientLeft - frame.scrollLeft,
    top: top + frame.clientTop - frame.scrollTop,
  };
}
