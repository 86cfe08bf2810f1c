// Where popups stand: beside what opened them, and whole on the screen.

const EDGE = 8;
const LEAST_HEIGHT = 96;

/**
 * Put `popup`, which is shown and whose position is fixed or absolute, under `anchor`: above it
 * where there is more room, moved sideways and made shorter as far as the screen asks for that.
 * `end` lines up their right edges instead of their left ones.
 */
export function placeBy(popup, anchor, { gap = 2, end = false } = {}) {
  Object.assign(popup.style, { maxHeight: "", right: "auto", bottom: "auto" });
  const box = anchor.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = clientHeight - box.bottom - gap - EDGE;
  const above = box.top - gap - EDGE;
  const isBelow = popup.offsetHeight <= below || below >= above;
  const room = Math.max(LEAST_HEIGHT, isBelow ? below : above);
  if (popup.offsetHeight > room) popup.style.maxHeight = `${room}px`;
  const wanted = end ? box.right - popup.offsetWidth : box.left;
  const left = Math.max(EDGE, Math.min(wanted, clientWidth - popup.offsetWidth - EDGE));
  const top = isBelow ? box.bottom + gap : Math.max(EDGE, box.top - gap - popup.offsetHeight);
  const from = originOf(popup);
  popup.style.left = `${left - from.left}px`;
  popup.style.top = `${top - from.top}px`;
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
