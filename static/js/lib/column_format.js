// How the numbers of one column are written: with as many significant digits as tell them apart,
// their decimal points under each other. Pure functions.

import { formatNumber, sharedDigits, toNumber, withExponent } from "./numbers.js";

const MOST_DIGITS = 6;
// What the narrowest column of a metric shows, in digits: a number is never cut.
const MOST_DIGITS_WIDE = 9;
const SAMPLE = 500;

/** The format of a column of `values` (null where there is none): its significant digits, and the
 * most decimals that one of them has. */
export function formatOf(values) {
  const sample = values.slice(0, SAMPLE).filter(isNumber);
  const digits = sharedDigits(sample, 4, MOST_DIGITS);
  const places = Math.max(0, ...sample.map((value) => decimalsOf(formatNumber(value, digits))));
  return { digits, places };
}

/** A number as its column writes it, and what it lacks on the right to stand under the others. */
export function writeInColumn(value, { digits, places }) {
  const text = formatNumber(value, digits);
  if (!isNumber(value) || text.includes("e")) return { text, pad: "" };
  if (widthOf(text) > MOST_DIGITS_WIDE) return { text: withExponent(value), pad: "" };
  const decimals = decimalsOf(text);
  const missing = "0".repeat(Math.max(0, places - decimals));
  const pad = decimals || !missing ? missing : `.${missing}`;
  return { text, pad: pad.slice(0, MOST_DIGITS_WIDE - widthOf(text)) };
}

/** The least or greatest of `values`, NaN and infinities left out; null without any. */
export function bestOf(values, direction) {
  const numbers = values.filter(isNumber).map(toNumber);
  if (!numbers.length) return null;
  const better = direction === "min" ? (a, b) => b < a : (a, b) => b > a;
  return numbers.reduce((best, value) => (better(best, value) ? value : best));
}

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** How wide a number is, in digits: a comma takes half the room of one. */
const widthOf = (text) => text.length - (text.split(",").length - 1) / 2;

const decimalsOf = (text) => (text.includes("e") ? 0 : (text.split(".")[1] ?? "").length);
