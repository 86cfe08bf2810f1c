// Times and durations as words. All times are milliseconds since the epoch.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DATE = { year: "numeric", month: "short", day: "numeric" };
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const MOMENT = { ...DATE, ...CLOCK };
const SHORT_CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const WEEKDAY = { weekday: "short", ...SHORT_CLOCK };
const DAY_OF_MONTH = { month: "short", day: "numeric", ...SHORT_CLOCK };
const ZONED = { ...MOMENT, timeZoneName: "short" };

// Made once and when needed: a formatter costs as much as hundreds of its uses.
const formatters = new Map();

function format(ms, options) {
  if (!formatters.has(options))
    formatters.set(options, new Intl.DateTimeFormat(undefined, options));
  return formatters.get(options).format(ms);
}

const two = (number) => String(number).padStart(2, "0");

const isShowable = (ms) => Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;

/** "just now", "2 min ago", "3 h ago", "yesterday", "5 days ago", then the date. */
export function relativeTime(ms, now = Date.now()) {
  if (!isShowable(ms)) return String(ms);
  const ago = now - ms;
  if (ago < -MINUTE) return format(ms, MOMENT);
  if (ago < 10 * SECOND) return "just now";
  if (ago < MINUTE) return `${Math.floor(ago / SECOND)} s ago`;
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`;
  const days = calendarDays(ms, now);
  if (ago < 12 * HOUR || days === 0) return `${Math.floor(ago / HOUR)} h ago`;
  if (days === 1) return "yesterday";
  if (ago < 14 * DAY) return `${days} days ago`;
  return format(ms, DATE);
}

function calendarDays(ms, now) {
  const [from, to] = [new Date(ms), new Date(now)];
  return Math.round((to.setHours(0, 0, 0, 0) - from.setHours(0, 0, 0, 0)) / DAY);
}

/** The time of day, "14:20"; with the day where that is another one: "Thu 14:20", "Nov 20, 14:20". */
export function clockTime(ms, now = Date.now()) {
  if (!isShowable(ms)) return String(ms);
  if (calendarDays(ms, now) === 0) return format(ms, SHORT_CLOCK);
  return format(ms, Math.abs(now - ms) < 7 * DAY ? WEEKDAY : DAY_OF_MONTH);
}

/** How long until a moment, roughly: "25 min left", "40 s left", "any moment". */
export function timeLeft(ms, now = Date.now()) {
  const left = ms - now;
  if (!(left > 0)) return "any moment";
  if (left < 90 * SECOND) return `${Math.ceil(left / SECOND / 5) * 5} s left`;
  if (left < 100 * MINUTE) return `${Math.round(left / MINUTE)} min left`;
  const hours = Math.floor(left / HOUR);
  return `${hours} h ${Math.round((left - hours * HOUR) / MINUTE)} min left`;
}

/** When something starts: "in about 20 s" within two minutes, then the time of day. */
export function startTime(ms, now = Date.now()) {
  if (!isSoon(ms, now)) return clockTime(ms, now);
  const seconds = tensUntil(ms, now);
  return seconds ? `in about ${seconds} s` : "any moment";
}

/** Between which moments something starts: "10–40 s", "12:22–12:28"; "" where that is one. */
export function startInterval(low, high, now = Date.now()) {
  const isShort = isSoon(high, now);
  const write = isShort ? tensUntil : clockTime;
  const [from, to] = [write(low, now), write(high, now)];
  return from === to ? "" : `${from}–${to}${isShort ? " s" : ""}`;
}

const isSoon = (ms, now) => ms - now <= 2 * MINUTE;
const tensUntil = (ms, now) => Math.max(0, Math.round((ms - now) / SECOND / 10) * 10);

/** The exact time, here and in UTC, for hovering. */
export function exactTime(ms) {
  if (!isShowable(ms)) return `${ms} ms`;
  const moment = new Date(ms);
  return `${format(ms, ZONED)}\n${moment
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z/, " UTC")}`;
}

/** The time to the millisecond: "2026-11-20 14:03:12.482", here. */
export function timestamp(ms) {
  if (!isShowable(ms)) return `${ms} ms`;
  const at = new Date(ms);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${date} ${clock}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** The moment as ISO 8601 with the offset of the reader's time zone. */
export function isoHere(ms) {
  if (!isShowable(ms)) return `${ms} ms`;
  const offset = -new Date(ms).getTimezoneOffset();
  const zone = `${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${timestamp(ms).replace(" ", "T")}${offset < 0 ? "-" : "+"}${zone}`;
}

/** Whether two moments lie on the same day, here. */
export const isSameDay = (one, other) =>
  timestamp(one).slice(0, 10) === timestamp(other).slice(0, 10);

/** How long something took: "00:03:02", "27:41:33" past a day; "—" where that is not known. */
export function duration(ms) {
  return Number.isFinite(ms) && ms >= 0 ? clockOf(ms) : "—";
}

/** The same to the millisecond, for hovering: "00:00:08.482". */
export function exactDuration(ms) {
  if (!Number.isFinite(ms) || ms < 0) return "";
  return `${clockOf(ms)}.${String(Math.floor(ms) % SECOND).padStart(3, "0")}`;
}

/** A duration that ticks: whole seconds from the start, so that its width never changes. */
export function clockOf(ms) {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const hours = Math.floor(seconds / 3600);
  return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
