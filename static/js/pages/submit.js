// The Submit page: what stands in the form is shown as code, checked, and sent.
// The draft is kept in the browser until it has been submitted.

import { alsoLive } from "../components/live.js";
import { sendJson } from "../components/requests.js";
import { startArguments } from "../components/submit/argument_rows.js";
import { checksOf, drawChecks } from "../components/submit/checks.js";
import { startCodePanel } from "../components/submit/code_panel.js";
import { Draft } from "../components/submit/draft.js";
import { startExperimentField } from "../components/submit/experiment_field.js";
import {
  showChanges,
  showEnvironment,
  showRefusal,
  showSweep,
} from "../components/submit/form_looks.js";
import { readForm, setMode, stateOf, writeForm } from "../components/submit/form_state.js";
import { Outlook } from "../components/submit/outlook.js";
import { listScripts, takeScript } from "../components/submit/scripts.js";
import { startSourceDrop } from "../components/submit/source_drop.js";
import { bodyOf, countRuns } from "../lib/job_body.js";
import { codeOf } from "../lib/job_code.js";

const start = JSON.parse(document.getElementById("submit-start").textContent);
const form = document.querySelector("[data-submit]");
// What the code shows before anything is named.
const SAMPLE = { script: "train.py", command: ["python", "train.py"] };
const draft = new Draft(document.body.dataset.home);
const outlook = new Outlook(form);
const rows = startArguments(form, show);
startExperimentField(form.querySelector("[data-experiment]"), show);
const showCode = startCodePanel(form.querySelector(".submit-aside"));
const drop = startSourceDrop(form.querySelector("[data-field=snapshot]"), {
  address: form.dataset.upload,
  kept: keep,
});
let snapshot = null;
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
  if (event.target.closest("[data-use-other]")) form.elements.cluster.value = outlook.answer.other;
  if (event.target.closest("[data-take-requirements]")) {
    form.elements.pip.value = snapshot.requirements;
  }
  if (event.target.closest("button")) show();
});
document.querySelector("[data-start-over]").addEventListener("click", () => {
  draft.forget();
  location.assign(location.pathname);
});
alsoLive(look);
show();

/** Fill the form: from a run, or with the draft of before, or with the cluster used last. */
function begin() {
  const kept = start.from ? null : draft.read();
  const { cluster } = form.elements;
  const names = [...cluster.options].map(({ value }) => value);
  const wanted = [nowCalled(draft.lastCluster), "local", names[0]];
  cluster.value = wanted.find((name) => names.includes(name));
  for (const state of [kept?.state, start.from ? stateOf(start.draft) : start.draft]) {
    if (state) writeForm(form, rows, { ...state, cluster: nowCalled(state.cluster) });
  }
  if (!rows.read().length) rows.write([["", ""]]);
  take(start.snapshot ?? kept?.snapshot ?? null);
}

/** The name that the cluster `name` has today. */
function nowCalled(name) {
  return start.renamed[name] ?? name;
}

/** The code that is sent is `code` now. */
function take(code) {
  snapshot = code;
  drop.show(snapshot);
  listScripts(form, snapshot);
}

function keep(fresh) {
  take(fresh);
  takeScript(form, snapshot);
  show();
}

function currentState() {
  return { ...readForm(form, rows), snapshot: snapshot?.sha256 ?? "", kept: carried };
}

/** Bring everything that follows from the fields up to date. */
function show() {
  const state = currentState();
  const body = bodyOf(state);
  showCode(codeOf(body.command.length ? body : { ...body, ...SAMPLE }, start));
  showSweep(form, body);
  showEnvironment(form, state.environment.kind, snapshot);
  showChanges(form, { from: start.from, first, state });
  showChecks(body);
  const words = body.sweep ? `Run ${countRuns(body)} runs` : "Run";
  form.querySelector("[data-run-button]").textContent = words;
  if (!start.from && !isSending) draft.keep(state, snapshot);
  if (outlook.isNew(state)) look();
}

function showChecks(body) {
  const checks = checksOf(body, snapshot, outlook.answer);
  drawChecks(form.querySelector("[data-checks]"), checks);
}

/** Ask when a run would start on the chosen cluster. */
async function look() {
  if (await outlook.look(readForm(form, rows))) showChecks(bodyOf(currentState()));
}

async function send(event) {
  event.preventDefault();
  if (isSending) return;
  const button = form.querySelector("[data-run-button]");
  button.disabled = isSending = true;
  showRefusal(form, {});
  try {
    const made = await sendJson(form.dataset.run, bodyOf(currentState()));
    draft.submitted(form.elements.cluster.value);
    location.assign(made.address);
  } catch (error) {
    showRefusal(form, error.body?.errors ?? {}, error.message);
    button.disabled = isSending = false;
  }
}
