// Where the ticks of an axis stand and what they say: {tickvals, ticktext}. Pure.

import { shortNumber } from "./numbers.js";

const MOST_TICKS = 6;
const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
];

/** Ticks of a logarithmic axis over [low, high], both above 0: powers of ten, and 2 and 5 between
 * them where these are few. */
export function logTicks(low, high) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const step = Math.max(1, Math.ceil((last - first) / MOST_TICKS));
  const between = last - first <= 2 ? [1, 2, 5] : [1];
  const tickvals = [];
  for (let power = first; power <= last; power += step)
    for (const digit of between) tickvals.push(Number(`${digit}e${power}`));
  return { tickvals, ticktext: tickvals.map(shortNumber) };
}

/** Ticks of an axis of seconds over [low, high], as `30s`, `5m`, `1h 30m`, `2d`. */
export function timeTicks(low, high) {
  const wanted = (high - low) / MOST_TICKS;
  if (!(wanted > 1)) return {};
  const days = Math.ceil(wanted / 86_400);
  const step = SECONDS.find((seconds) => seconds >= wanted) ?? days * 86_400;
  const tickvals = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) tickvals.push(at);
  return { tickvals, ticktext: tickvals.map(wordsOf) };
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
];

function wordsOf(seconds) {
  let left = Math.abs(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count) parts.push(`${count}${unit}`);
  }
  return `${seconds < 0 ? "−" : ""}${parts.join(" ") || "0"}`;
}
