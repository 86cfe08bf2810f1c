// Scrolling a log sideways: what is far along a long line comes into sight.

/** Scroll `root` so that `element` is in sight: from the beginning of the lines if that is enough. */
export function scrollSideways(root, element) {
  root.scrollLeft = 0;
  const from = root.getBoundingClientRect().left;
  const { left, right } = element.getBoundingClientRect();
  if (right > from + root.clientWidth) root.scrollLeft = left - from - root.clientWidth / 2;
}
