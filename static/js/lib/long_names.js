// Long names, cut in the middle: their ends tell more than their middles. Pure functions.

// The most and the fewest signs of an end.
const USUAL = [10, 5];
const SHORT = [4, 3];
const BREAK = /[-_./ ]/;
const IN_NUMBER = /[\d.]/;

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const signsOf = (text) => [...letters.segment(text)].map(({ segment }) => segment);

/** `name` in two: a head that may be cut, and the end that stays, from a sign that parts words. A
 * `short` end leaves more to the head. */
export function splitName(name, short = false) {
  const [most, fewest] = short ? SHORT : USUAL;
  const end = name.slice(-4 * most);
  const signs = signsOf(end);
  // The first sign may be a piece of one.
  const last = (end === name ? signs : signs.slice(1)).slice(-most);
  const parts = (sign, index) => BREAK.test(sign) && !(sign === "." && /\d/.test(last[index + 1]));
  const at = last.findIndex((...sign) => parts(...sign) && last.length - sign[1] >= fewest);
  const tail = (at < 0 ? last : last.slice(at)).join("");
  return [name.slice(0, name.length - tail.length), tail];
}

/** `name` in at most `longest` signs: cut in its middle, between two signs that are read as one, and
 * not inside a number. */
export function shortName(name, longest) {
  const signs = signsOf(name);
  if (signs.length <= longest) return name;
  const tail = splitName(name)[1];
  let end = Math.max(1, longest - 1 - signsOf(tail).length);
  const whole = end;
  while (end > 1 && IN_NUMBER.test(signs[end]) && IN_NUMBER.test(signs[end - 1])) end -= 1;
  const isNumber = IN_NUMBER.test(signs[end - 1]) && IN_NUMBER.test(signs[end]);
  return `${signs.slice(0, isNumber ? whole : end).join("")}…${tail}`;
}
