// Numbers as a person reads them in a column.

const group = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count with separators: 1,284. */
export const count = (number) => group.format(number);

/** "nan", "inf", "-inf" or null for an ordinary number. */
export function special(value) {
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "inf";
  return value === -Infinity ? "-inf" : null;
}

/**
 * A value with `digits` significant digits; whole numbers below 1e9 in full, very large and very
 * small ones with an exponent.
 */
export function format(value, digits = 4) {
  if (value === null || value === undefined) return "—";
  const word = special(value);
  if (word) return word;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return group.format(value);
  if (size >= 1e6 || size < 1e-4) return trimExponent(value.toExponential(digits - 1));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(decimals, 12));
}

function trimExponent(text) {
  return text.replace(/\.?0+e/, "e").replace("e+", "e");
}

/**
 * How many significant digits tell the values of a column apart: at least `least`, at most
 * `most`. All cells of the column are then shown with the same number of digits.
 */
export function sharedDigits(values, least = 4, most = 8) {
  const numbers = [...new Set(values.filter(Number.isFinite))];
  for (let digits = least; digits < most; digits += 1) {
    if (new Set(numbers.map((value) => format(value, digits))).size === numbers.length) return digits;
  }
  return most;
}

/** 41 kB, 1.2 GB: decimal units, as disks are sold. */
export function bytes(size) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(size) / 3));
  const scaled = size / 1000 ** power;
  return `${power && scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${units[power]}`;
}

/**
 * How many significant digits tell the values of a column apart: at least `least`, at most
 * `most`. All cells of the column are then shown with that many.
 */
export function sharedDigits(values, least = 4, most = 8) {
  const numbers = [...new Set(values.map(toNumber).filter(Number.isFinite))];
  for (let digits = least; digits < most; digits += 1) {
    const texts = new Set(numbers.map((value) => formatNumber(value, digits)));
    if (texts.size === numbers.length) return digits;
  }
  return most;
}
