// Numbers as people read them. Pure functions.

const WHOLE = new Intl.NumberFormat("en-US");
const SPECIAL = { NaN: "NaN", Infinity: "∞", "-Infinity": "−∞" };

/** A number of the wire (NaN and infinities travel as texts) as a JavaScript number. */
export function toNumber(value) {
  return typeof value === "string" ? Number(value) : value;
}

/**
 * A number with `digits` significant digits, without useless zeros; very large and very small ones
 * with an exponent. Whole numbers below 10^15 keep all their digits.
 */
export function formatNumber(raw, digits = 4) {
  if (raw === null || raw === undefined) return "—";
  const value = toNumber(raw);
  if (!Number.isFinite(value)) return SPECIAL[String(value)];
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return WHOLE.format(value || 0);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return withExponent(value, digits);
  return value.toPrecision(digits).includes("e")
    ? value.toFixed(0)
    : trimZeros(value.toPrecision(digits));
}

const PREFIXES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** A number for the tick of an axis: `10k`, `36.8k`, `2M`, `0.05`, `1e-5`, `1e15`. */
export function shortNumber(value) {
  const size = Math.abs(value);
  if (size >= 1e15 || !Number.isFinite(value) || size < 1e4) return tickNumber(value);
  const [unit, sign] = PREFIXES.find(([least]) => size >= least);
  return `${trimZeros((value / unit).toPrecision(4))}${sign}`;
}

function tickNumber(value) {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e4) return String(value || 0);
  if (!Number.isFinite(value) || (size >= 1e-4 && size < 1e4)) return formatNumber(value);
  return withExponent(value);
}

/** A number with an exponent and `digits` significant digits: `9.761e11`. */
export function withExponent(value, digits = 4) {
  return value
    .toExponential(digits - 1)
    .replace(/\.?0+e/, "e")
    .replace("e+", "e");
}

/** Every digit of the value, for a tooltip or a copy. */
export function fullNumber(raw) {
  return raw === null || raw === undefined ? "" : String(toNumber(raw));
}

function trimZeros(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size in bytes as `12.4 MB` (decimal units). */
export function formatBytes(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : trimZeros(value.toFixed(1))} ${UNITS[unit]}`;
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
