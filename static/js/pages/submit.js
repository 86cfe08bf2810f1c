// The Submit page: what stands in the form is shown as code, checked, and sent.
// The draft is kept in the browser until it has been submitted.

import { alsoLive } from "../components/live.js";
import { fetchJson, sendJson } from "../components/requests.js";
import { startArguments } from "../components/submit/argument_rows.js";
import { checksOf, drawChecks } from "../components/submit/checks.js";
import { startCodePanel } from "../components/submit/code_panel.js";
import { startExperimentField } from "../components/submit/experiment_field.js";
import {
  changedParts,
  readForm,
  setMode,
  stateOf,
  wordsOfKept,
  writeForm,
} from "../components/submit/form_state.js";
import { startSourceDrop } from "../components/submit/source_drop.js";
import { bodyOf, countRuns } from "../lib/job_body.js";
import { codeOf } from "../lib/job_code.js";
import { recall, remember } from "../lib/store.js";

const start = JSON.parse(document.getElementById("submit-start").textContent);
const form = document.querySelector("[data-submit]");
// What the code shows before anything is named.
const SAMPLE = { script: "train.py", command: ["python", "train.py"] };
const draftKey = `submit:${document.body.dataset.home}`;
const rows = startArguments(form, show);
startExperimentField(form.querySelector("[data-experiment]"), show);
const showCode = startCodePanel(form.querySelector(".submit-aside"));
const drop = startSourceDrop(form.querySelector("[data-field=snapshot]"), {
  address: form.dataset.upload,
  kept: keep,
});
let snapshot = null;
let outlook = null;
let asked = "";
let isSending = false;
const carried = start.from ? stateOf(start.draft).kept : null;

begin();
const first = currentState();

form.addEventListener("input", show);
form.addEventListener("change", show);
form.addEventListener("submit", send);
form.addEventListener("click", (event) => {
  const mode = event.target.closest("[data-mode]");
  if (mode) setMode(form, mode.dataset.mode);
  if (event.target.closest("[data-use-other]")) form.elements.cluster.value = outlook.other;
  if (event.target.closest("[data-take-requirements]")) {
    form.elements.pip.value = snapshot.requirements;
  }
  if (event.target.closest("button")) show();
});
document.querySelector("[data-start-over]").addEventListener("click", () => {
  remember(draftKey, null);
  location.assign(location.pathname);
});
alsoLive(look);
show();

/** Fill the form: from a run, or with the draft of before, or with the cluster used last. */
function begin() {
  const kept = start.from ? null : JSON.parse(recall(draftKey) ?? "null");
  const last = recall(`${draftKey}:cluster`);
  const isOffered = [...form.elements.cluster.options].some(({ value }) => value === last);
  if (isOffered) form.elements.cluster.value = last;
  else form.elements.cluster.value = "local";
  if (kept) writeForm(form, rows, kept.state);
  writeForm(form, rows, start.from ? stateOf(start.draft) : start.draft);
  if (!rows.read().length) rows.write([["", ""]]);
  snapshot = start.snapshot ?? kept?.snapshot ?? null;
  drop.show(snapshot);
  showScripts();
}

function keep(fresh) {
  snapshot = fresh;
  drop.show(snapshot);
  showScripts();
  const paths = (snapshot?.files ?? []).map(({ path }) => path);
  const script = form.elements.script.value;
  if (paths.length && !paths.includes(script))
    form.elements.script.value = likelyScript(paths) ?? script;
  show();
}

/** The scripts of the code, for the list of the field; the shallowest first. */
function scriptsOf(paths) {
  const depth = (path) => path.split("/").length;
  return paths.filter((path) => /\.py$/.test(path)).sort((a, b) => depth(a) - depth(b));
}

function likelyScript(paths) {
  const scripts = scriptsOf(paths);
  return ["train.py", "main.py", "run.py"].find((name) => scripts.includes(name)) ?? scripts[0];
}

function showScripts() {
  const scripts = scriptsOf((snapshot?.files ?? []).map(({ path }) => path));
  const options = scripts.map((path) => new Option(path, path));
  form.querySelector("#scripts").replaceChildren(...options);
}

function currentState() {
  return { ...readForm(form, rows), snapshot: snapshot?.sha256 ?? "", kept: carried };
}

/** Bring everything that follows from the fields up to date. */
function show() {
  const state = currentState();
  const body = bodyOf(state);
  showCode(codeOf(body.command.length ? body : { ...body, ...SAMPLE }, start));
  showSweep(body);
  showEnvironment(state.environment.kind);
  showChanges(state);
  drawChecks(form.querySelector("[data-checks]"), checksOf(body, snapshot, outlook));
  const runs = countRuns(body);
  form.querySelector("[data-run-button]").textContent = body.sweep ? `Run ${runs} runs` : "Run";
  const draft = {
    state,
    snapshot: snapshot && { ...snapshot, files: snapshot.files.slice(0, 200) },
  };
  if (!start.from && !isSending) remember(draftKey, JSON.stringify(draft));
  if (asked !== questionOf(state)) look();
}

function showSweep({ sweep }) {
  const part = form.querySelector("[data-sweep]");
  part.hidden = !sweep;
  form.querySelector("[data-sweep-hint]").hidden = Boolean(sweep);
  if (!sweep) return;
  form.querySelector("[data-sweep-runs]").textContent = `${countRuns({ sweep })} runs`;
  for (const one of part.querySelectorAll("[data-random]")) one.hidden = sweep.method !== "random";
}

function showEnvironment(kind) {
  form.elements.python.hidden = kind !== "python";
  form.elements.pip.hidden = kind !== "pip";
  form.elements.docker.hidden = kind !== "docker";
  form.querySelector("[data-requirements]").hidden = kind !== "pip" || !snapshot?.requirements;
}

function showChanges(state) {
  const changed = start.from && first ? changedParts(first, state) : [];
  for (const part of form.querySelectorAll("[data-field]")) {
    part.classList.toggle("is-changed", changed.includes(part.dataset.field));
  }
  const count = changed.length;
  const words = count ? ` · ${count} field${count === 1 ? "" : "s"} changed` : "";
  document.querySelector("[data-origin]").textContent = start.from
    ? `from ${start.from.name}${words}${wordsOfKept(carried, state.cluster)}`
    : "";
}

function questionOf({ cluster, experiment_name, script }) {
  return new URLSearchParams({ cluster, experiment: experiment_name, script }).toString();
}

/** Ask when a run would start on the chosen cluster. */
async function look() {
  const question = questionOf(readForm(form, rows));
  asked = question;
  const answer = await fetchJson(`${form.dataset.outlook}?${question}`);
  if (asked !== question) return;
  outlook = answer;
  const words = form.querySelector("[data-outlook-words]");
  words.textContent = answer.words;
  words.classList.toggle("completed", answer.is_free);
  words.classList.toggle("waiting", !answer.is_free);
  form.querySelector("[data-other]").hidden = !answer.other;
  form.querySelector("[data-other-name]").textContent = answer.other ?? "";
  drawChecks(
    form.querySelector("[data-checks]"),
    checksOf(bodyOf(currentState()), snapshot, outlook),
  );
}

async function send(event) {
  event.preventDefault();
  if (isSending) return;
  const button = form.querySelector("[data-run-button]");
  button.disabled = isSending = true;
  refuse({});
  try {
    const made = await sendJson(form.dataset.run, bodyOf(currentState()));
    remember(draftKey, null);
    remember(`${draftKey}:cluster`, form.elements.cluster.value);
    location.assign(made.address);
  } catch (error) {
    refuse(error.body?.errors ?? {}, error.message);
    button.disabled = isSending = false;
  }
}

/** Say beside each field why it was refused, and go to the first. */
function refuse(errors, message = "") {
  const places = [...form.querySelectorAll("[data-error]")];
  for (const place of places) place.textContent = errors[place.dataset.error] ?? "";
  const isTold = places.some((place) => place.textContent);
  form.querySelector("[data-refused]").textContent = isTold ? "" : message;
  places.find((place) => place.textContent)?.scrollIntoView({ block: "center" });
}
