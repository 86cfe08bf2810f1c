// What the form of the Submit page says, as the body of a request: the same as `POST /jobs` takes.

import { readValues } from "./argument_values.js";

const isVaried = ({ values }) => !values || values.length > 1;

/**
 * `state`: {mode, script, command, rows: [[name, value]], sweep: {method, count, seed, parallel},
 * environment: {kind, text}, cluster, …}. What is left at its default is left out.
 */
export function bodyOf(state) {
  const rows = state.rows
    .map(([name, text]) => ({ name: name.trim(), ...readValues(text) }))
    .filter(({ name, values }) => name || !values || values.length);
  const varied = rows.filter(isVaried);
  const fixed = rows.filter((row) => !isVaried(row));
  return withoutEmpty({
    experiment_name: state.experiment_name.trim(),
    cluster: state.cluster,
    command: [...programOf(state), ...fixed.flatMap(wordsOf)],
    script: state.mode === "script" ? state.script.trim() : "",
    snapshot: state.snapshot,
    environment: environmentOf(state.environment, state.kept),
    variables: filled(state.kept?.variables),
    // Options are for one kind of cluster.
    options: state.kept?.cluster === state.cluster ? filled(state.kept?.options) : null,
    sweep: varied.length ? sweepOf(state.sweep, varied) : null,
    name: state.name.trim(),
    description: state.description.trim(),
    nodes: above(1, state.nodes),
    processes_per_node: above(1, state.processes_per_node),
    communicator: state.communicator,
    max_seconds: state.minutes ? Math.round(Number(state.minutes) * 60) : null,
    retries: above(0, state.retries),
    priority: Number(state.priority) || null,
  });
}

function programOf({ mode, script, command }) {
  if (mode === "command") return splitWords(command);
  return script.trim() ? ["python", script.trim()] : [];
}

const wordsOf = ({ name, values }) => [name, ...values].filter((word) => word !== "");

function sweepOf(sweep, varied) {
  const isRandom = sweep.method === "random" || varied.some(({ values }) => !values);
  return withoutEmpty({
    arguments: varied.map(({ name, ...rest }) => ({ name, ...rest })),
    method: isRandom ? "random" : "grid",
    count: isRandom ? Number(sweep.count) || null : null,
    seed: isRandom ? Number(sweep.seed) || null : null,
    parallel: Number(sweep.parallel) || null,
  });
}

function environmentOf({ kind, text }, kept) {
  if (kind === "kept") return kept.environment;
  const told = text.trim();
  if (["python", "docker"].includes(kind) && told) return { [kind]: told };
  const lines = told.split("\n").map((line) => line.replace(/(^|\s)#.*/, "").trim());
  const pip = lines.filter(Boolean);
  return kind === "pip" && pip.length ? { pip } : null;
}

const filled = (object) => (object && Object.keys(object).length ? object : null);

/** How many runs a body makes, the parent not counted. */
export function countRuns({ sweep }) {
  if (!sweep) return 1;
  if (sweep.method === "random") return sweep.count ?? 0;
  return sweep.arguments.reduce((product, { values }) => product * values.length, 1);
}

/** Split a command as a shell does, quotes and backslashes only: nothing is expanded. */
export function splitWords(text) {
  const words = text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  return words.map((word) =>
    word.replace(
      /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
      (_, one, double, single) => one ?? single ?? double.replace(/\\(["\\$`])/g, "$1"),
    ),
  );
}

/** Write words so that a shell reads them as they are. */
export const joinWords = (words) =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(" ");

const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

const above = (least, text) => (Number(text) > least ? Number(text) : null);

function withoutEmpty(object) {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== null && value !== "" && value !== undefined,
    ),
  );
}
