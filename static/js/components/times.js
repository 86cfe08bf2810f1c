// Writes times and durations into the page and keeps them up to date:
//   <time data-ms="…">                      relative, exact on hover
//   <time data-ms="…" data-exact>           to the millisecond
//   <time data-ms="…" data-clock>           the time of day
//   <time data-ms="…" data-left>            how long until then
//   <time data-ms="…" data-start>           when something starts: "in about 20 s", or the time of day
//   <span data-low="…" data-high="…">       between which times it starts: "10–40 s"
//   <span data-from="…" data-to="…">        a duration; without data-to it ticks

import {
  clockOf,
  clockTime,
  duration,
  exactTime,
  relativeTime,
  startInterval,
  startTime,
  timeLeft,
  timestamp,
} from "../lib/times.js";

const TICK_MS = 1000;
const WORDS = { exact: timestamp, clock: clockTime, left: timeLeft, start: startTime };
const KINDS = Object.keys(WORDS);

export function startTimes() {
  writeTimes(document);
  setInterval(() => document.hidden || tick(), TICK_MS);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  document.addEventListener("htmx:load", (event) => writeTimes(event.detail.elt));
}

/** Fill in all times below `root`. Call it for what a script has put into the page. */
export function writeTimes(root) {
  for (const element of root.querySelectorAll("time[data-ms]")) {
    element.title = exactTime(Number(element.dataset.ms));
    element.dateTime = isoOf(Number(element.dataset.ms));
    writeTime(element);
  }
  root.querySelectorAll("[data-low]").forEach(writeInterval);
  root.querySelectorAll("[data-from]").forEach(writeDuration);
}

function tick() {
  document.querySelectorAll("time[data-ms]").forEach(writeTime);
  document.querySelectorAll("[data-low]").forEach(writeInterval);
  document.querySelectorAll("[data-from]:not([data-to])").forEach(writeDuration);
}

function writeTime(element) {
  const ms = Number(element.dataset.ms);
  const kind = KINDS.find((name) => name in element.dataset);
  write(element, (WORDS[kind] ?? relativeTime)(ms));
}

function writeInterval(element) {
  write(element, startInterval(Number(element.dataset.low), Number(element.dataset.high)));
}

function writeDuration(element) {
  const { from, to } = element.dataset;
  write(element, to ? duration(to - from) : clockOf(Date.now() - from));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function isoOf(ms) {
  const moment = new Date(ms);
  return Number.isNaN(moment.getTime()) ? "" : moment.toISOString();
}
