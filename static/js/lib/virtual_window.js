// Which rows and columns of a large table are on screen. Pure arithmetic, no DOM.

/** First and last (exclusive) row to draw, with some rows before and after the visible ones. */
export function rowWindow({ scrollTop, viewHeight, rowHeight, rowCount, overscan = 8 }) {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const last = Math.min(rowCount, Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan);
  return { first: Math.min(first, last), last };
}

/**
 * First and last (exclusive) scrolling column to draw, and the width left of them.
 * `offsets[i]` is the left edge of column i; its last entry is the full width.
 */
export function columnWindow({ scrollLeft, viewWidth, offsets, overscan = 2 }) {
  const count = offsets.length - 1;
  const first = Math.max(0, lowerBound(offsets, scrollLeft) - 1 - overscan);
  const last = Math.min(count, lowerBound(offsets, scrollLeft + viewWidth) + overscan);
  return { first: Math.min(first, last), last, before: offsets[Math.min(first, last)] ?? 0 };
}

/** Running sum of widths, starting with 0. */
export function edges(widths) {
  const result = [0];
  for (const width of widths) result.push(result[result.length - 1] + width);
  return result;
}

/** Index of the first entry of the ascending array that is not below `value`. */
export function lowerBound(array, value) {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
