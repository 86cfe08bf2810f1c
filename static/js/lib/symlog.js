// A logarithmic scale that has room for zero and negative numbers. Pure.

import { shortNumber } from "./numbers.js";

const LINEAR = 1e-3;

/** sign(v) · log10(1 + |v| / c): straight near zero, logarithmic far from it. */
export function symlog(value) {
  return Math.sign(value) * Math.log10(1 + Math.abs(value) / LINEAR);
}

const MOST_TICKS = 9;
const POWERS = Array.from({ length: 311 }, (_, i) => Number(`1e${i - 2}`)).filter(Number.isFinite);
const TICKS = [...POWERS.map((value) => -value).reverse(), 0, ...POWERS];

/** Axis settings `{tickvals, ticktext}` for `values`, as they are before `symlog`. */
export function symlogTicks(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const inside = TICKS.filter((value) => value >= low * 1.2 && value <= high * 1.2);
  const every = Math.ceil(inside.length / MOST_TICKS);
  const zero = inside.indexOf(0);
  const shown = inside.filter((_, i) => (i - zero) % every === 0);
  return { tickvals: shown.map(symlog), ticktext: shown.map(shortNumber) };
}
