// Long names, cut in the middle: their ends tell more than their middles. Pure functions.

const TAIL = 10;
const LEAST_TAIL = 5;
const BREAK = /[-_./ ]/;

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** `name` in two: a head that may be cut, and the end that stays, from a sign that parts words. */
export function splitName(name) {
  const end = name.slice(-4 * TAIL);
  const signs = [...letters.segment(end)].map(({ segment }) => segment);
  // The first sign may be a piece of one.
  const last = (end === name ? signs : signs.slice(1)).slice(-TAIL);
  const parts = (sign, index) => BREAK.test(sign) && !(sign === "." && /\d/.test(last[index + 1]));
  const at = last.findIndex((...sign) => parts(...sign) && last.length - sign[1] >= LEAST_TAIL);
  const tail = (at < 0 ? last : last.slice(at)).join("");
  return [name.slice(0, name.length - tail.length), tail];
}
