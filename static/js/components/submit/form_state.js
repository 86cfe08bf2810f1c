// The fields of the Submit form as one object, and back; and which of them differ from the start.

import { writeValue, writeValues } from "../../lib/argument_values.js";
import { joinWords } from "../../lib/job_body.js";

const PLAIN = [
  "script",
  "command",
  "cluster",
  "experiment_name",
  "name",
  "description",
  "nodes",
  "processes_per_node",
  "communicator",
  "minutes",
  "retries",
  "priority",
];
/** The kinds of environments that have a field of their own. */
const TYPED = ["python", "pip", "docker"];
const SWEEP = ["method", "count", "seed", "parallel"];
/** In which part of the form a field stands: the part is marked where one has changed. */
const PARTS = {
  snapshot: ["snapshot"],
  command: ["mode", "script", "command"],
  arguments: ["rows", "sweep"],
  environment: ["environment"],
  cluster: ["cluster"],
  processes: ["nodes", "processes_per_node", "communicator"],
  experiment_name: ["experiment_name", "name", "description"],
  limits: ["minutes", "retries", "priority"],
};

/** What stands in `form`, whose arguments `rows` reads. */
export function readForm(form, rows) {
  const value = (name) => form.elements[name].value;
  const kind = value("environment_kind");
  return {
    mode: form.querySelector("[data-mode][aria-pressed=true]").dataset.mode,
    rows: rows.read(),
    sweep: Object.fromEntries(SWEEP.map((name) => [name, value(name)])),
    environment: { kind, text: TYPED.includes(kind) ? value(kind) : "" },
    ...Object.fromEntries(PLAIN.map((name) => [name, value(name)])),
  };
}

/** Put a state into `form`; what it lacks stays. */
export function writeForm(form, rows, state) {
  for (const name of PLAIN) if (state[name] !== undefined) setField(form, name, state[name]);
  for (const [name, value] of Object.entries(state.sweep ?? {})) setField(form, name, value ?? "");
  if (state.rows) rows.write(state.rows);
  if (state.mode) setMode(form, state.mode);
  if (state.environment) {
    const { kind, text } = state.environment;
    if (kind === "kept") addKept(form.elements.environment_kind, text);
    form.elements.environment_kind.value = kind;
    if (TYPED.includes(kind)) form.elements[kind].value = text;
  }
}

function addKept(field, text) {
  field.append(new Option(`As before: ${text}`, "kept"));
}

function setField(form, name, value) {
  const field = form.elements[name];
  const isOffered =
    field.tagName !== "SELECT" || [...field.options].some((one) => one.value === String(value));
  if (!isOffered) field.append(new Option(String(value), String(value)));
  field.value = value;
}

/** A script with arguments, or a command as one line. */
export function setMode(form, mode) {
  for (const button of form.querySelectorAll("[data-mode]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  }
  form.elements.script.hidden = mode !== "script";
  form.elements.command.hidden = mode === "script";
}

/** Return the state of the form that makes `draft`, a job in the words of the API. */
export function stateOf(draft) {
  const { command = [], sweep = null, environment = {} } = draft;
  const isScript = ["python", "python3"].includes(command[0]) && /\.py$/.test(command[1] ?? "");
  const rows = isScript ? rowsOf(command.slice(2)) : [];
  const swept = (sweep?.arguments ?? []).map((one) => [one.name, writeValues(one)]);
  const state = {
    mode: isScript || !command.length ? "script" : "command",
    script: isScript ? command[1] : "",
    command: isScript ? "" : joinWords(command),
    rows: [...rows, ...swept],
    environment: environmentOf(environment),
    minutes: draft.max_seconds ? draft.max_seconds / 60 : "",
    kept: keptOf(draft),
  };
  for (const name of PLAIN) {
    if (!(name in state) && draft[name] !== undefined) state[name] = draft[name];
  }
  if (sweep) state.sweep = Object.fromEntries(SWEEP.map((name) => [name, sweep[name]]));
  return state;
}

/** What a job says that no field shows: it goes on to the next run as it is. */
function keptOf({ cluster, options = {}, variables = {}, environment = {} }) {
  return { cluster, options, variables, environment };
}

/** Return words for what a run takes over from an earlier one without a field, "" for nothing. */
export function wordsOfKept(kept, cluster) {
  if (!kept) return "";
  const options = kept.cluster === cluster ? Object.entries(kept.options) : [];
  const words = [
    ...options.map(([name, value]) => `${name}=${value}`),
    ...Object.keys(kept.variables).map((name) => `variable ${name}`),
  ];
  return words.length ? ` · keeps ${words.join(", ")}` : "";
}

/** Words of a command line as rows: a name that begins with - and the value behind it. */
function rowsOf(words) {
  const rows = [];
  for (let at = 0; at < words.length; at++) {
    const [word, next] = [words[at], words[at + 1]];
    const isName = /^-+[A-Za-z]/.test(word);
    if (!isName) rows.push(["", writeValue(word)]);
    else if (next === undefined || /^-+[A-Za-z]/.test(next)) rows.push([word, ""]);
    else rows.push([word, writeValue(words[++at])]);
  }
  return rows;
}

/** One kind that has a field of its own is shown there; everything else stays as it is. */
function environmentOf(environment) {
  const told = Object.entries(environment).filter(([, value]) => value?.length);
  if (!told.length) return { kind: "node", text: "" };
  const [[kind, value]] = told;
  if (told.length === 1 && TYPED.includes(kind)) return { kind, text: [value].flat().join("\n") };
  const words = told.map(([name, one]) => `${name} ${[one].flat().join(" ")}`);
  return { kind: "kept", text: words.join(", ") };
}

/** Return the parts of the form whose fields differ between two states. */
export function changedParts(before, after) {
  const differs = (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  return Object.keys(PARTS).filter((part) => PARTS[part].some(differs));
}
