// What somebody types as the value of an argument: one value, several, or a range to draw from.
//   0.1            one value
//   0.1, 0.01      two values; "a, b" in quotes is one
//   1e-4..1e-1 log a range, drawn on a logarithmic scale; 1..8 whole: whole numbers

const NUMBER = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";
const RANGE = new RegExp(`^(${NUMBER})\\s*\\.\\.\\s*(${NUMBER})(?:\\s+(log|whole|linear))?$`);
const PART = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)/y;

/** Return {values} or {low, high, scale}. No value at all: a name that stands alone, as a flag. */
export function readValues(text) {
  const trimmed = text.trim();
  const range = RANGE.exec(trimmed);
  if (range) {
    return { low: Number(range[1]), high: Number(range[2]), scale: range[3] ?? "linear" };
  }
  return { values: splitValues(trimmed) };
}

function splitValues(text) {
  if (!text) return [];
  const values = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const [, quoted, plain] = PART.exec(text) ?? [];
    // What stands behind a quote belongs to nothing: the text is one value as it is.
    if (quoted === undefined && plain === undefined) return [text];
    if (quoted !== undefined) values.push(quoted.replace(/\\(.)/g, "$1"));
    else if (plain.trim()) values.push(plain.trim());
  }
  return values;
}

/** Return a value as it has to be typed to be read as this one value again. */
export function writeValue(value) {
  const isPlain = !/[",]/.test(value) && value.trim() === value && value && !RANGE.test(value);
  return isPlain || value === "" ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** Return the values or the range of an argument of a sweep as text. */
export function writeValues({ values = [], low = null, high = null, scale = "linear" }) {
  if (low === null || high === null) return values.map(writeValue).join(", ");
  return `${low}..${high}${scale === "linear" ? "" : ` ${scale}`}`;
}
