// The same job as code for the SDK, the command line and curl.

import { joinWords } from "./job_body.js";

/** Return the code that submits `body`, by its kind: {sdk, cli, curl}. `where`: {origin, workspace}. */
export const codeOf = (body, where) => ({
  sdk: sdkCode(body),
  cli: cliCode(body),
  curl: curlCode(body, where),
});

function sdkCode(body) {
  const loops = gridOf(body);
  const environment = environmentCode(body);
  const distribution = distributionOf(body);
  const told = optionsOf(body, ["name", "description"]);
  const limits = optionsOf(body, ["priority", "retries"]);
  const given = ["config", ...(loops.length ? [] : told), ...limits].join(", ");
  const config = [
    "config = ScriptRunConfig(",
    ...configOf(body, loops, environment, distribution).map((line) => `    ${line},`),
    ")",
    loops.length ? `parent.submit_child(${given})` : `run = experiment.submit(${given})`,
  ];
  return [
    ...(loops.length ? ["from itertools import product", ""] : []),
    ...importsOf(environment, distribution),
    "",
    "ws = Workspace.from_config()",
    `experiment = Experiment(ws, ${text(body.experiment_name ?? "Default")})`,
    ...environment,
    ...(loops.length ? loopCode(body, loops, told) : []),
    ...config.map((line) => (loops.length ? " ".repeat(8) : "") + line),
    ...(body.sweep && !loops.length ? ["# A random sweep is one request: see curl."] : []),
    ...(body.options ? ["# Options of Slurm are left out: see curl."] : []),
  ].join("\n");
}

function importsOf(environment, distribution) {
  const names = [
    environment.length ? "Environment" : "",
    "Experiment",
    "ScriptRunConfig",
    "Workspace",
  ];
  return [
    `from studio.sdk import ${names.filter(Boolean).join(", ")}`,
    ...(distribution ? [`from studio.sdk.runconfig import ${distribution.split("(")[0]}`] : []),
  ];
}

function loopCode({ sweep }, loops, told) {
  const names = loops.map(({ name }) => variableOf(name)).join(", ");
  const values = loops.map(({ values: all }) => list(all)).join(", ");
  return [
    ...(sweep.parallel ? ["# The SDK queues all at once. For a limit, see curl."] : []),
    `with experiment.start_logging(${told.join(", ")}) as parent:`,
    `    for ${names}${loops.length === 1 ? "," : ""} in product(${values}):`,
  ];
}

function configOf(body, loops, environment, distribution) {
  const swept = loops.flatMap(({ name }) => [...(name ? [text(name)] : []), variableOf(name)]);
  const fixed = argumentsOf(body);
  const words = [...fixed.map(text), ...swept];
  return [
    'source_directory="."',
    body.script
      ? `script=${text(body.script)}`
      : `command=[${[...(body.command ?? []).map(text), ...swept].join(", ")}]`,
    ...(body.script && words.length ? [`arguments=[${words.join(", ")}]`] : []),
    `compute_target=${text(body.cluster ?? "local")}`,
    ...(environment.length ? ["environment=environment"] : []),
    ...(distribution ? [`distributed_job_config=${distribution}`] : []),
    ...(body.max_seconds ? [`max_run_duration_seconds=${body.max_seconds}`] : []),
  ];
}

/** The lines that make `environment`, none for the Python of the node. */
function environmentCode({ environment = {}, variables }) {
  const { python, pip = [], conda = [], channels = [], docker } = environment;
  const packages = (kind, names) =>
    names.map((name) => `environment.python.conda_dependencies.${kind}(${text(name)})`);
  const settings = [
    python && `environment.python.interpreter_path = ${text(python)}`,
    python && !pip.length && "environment.python.user_managed_dependencies = True",
    ...packages("add_channel", channels),
    ...packages("add_conda_package", conda),
    ...packages("add_pip_package", pip),
    docker && "environment.docker.enabled = True",
    docker && `environment.docker.base_image = ${text(docker)}`,
    variables && `environment.environment_variables = ${JSON.stringify(variables)}`,
  ].filter(Boolean);
  return settings.length ? ['environment = Environment("own")', ...settings] : [];
}

/** The object that says how many processes there are, "" for one. */
function distributionOf({ nodes = 1, processes_per_node: processes = 1, communicator }) {
  if (nodes * processes === 1) return "";
  const count = nodes > 1 ? `, node_count=${nodes}` : "";
  return communicator === "mpi"
    ? `MpiConfiguration(process_count_per_node=${processes}${count})`
    : `PyTorchConfiguration(process_count=${nodes * processes}${count})`;
}

const optionsOf = (body, names) =>
  names
    .filter((name) => body[name] !== undefined)
    .map((name) => `${name}=${typeof body[name] === "number" ? body[name] : text(body[name])}`);

function cliCode(body) {
  if (!body.script) return "# The command line submits scripts. A command: see SDK or curl.";
  const loops = gridOf(body);
  const swept = loops.flatMap(({ name }) => [
    ...(name ? [joinWords([name])] : []),
    `"$${variableOf(name)}"`,
  ]);
  const name = body.name ? ["--name", body.name] : [];
  const to = ["-e", body.experiment_name ?? "Default", "--target", body.cluster ?? "local"];
  const options = loops.length ? to : [...to, ...name];
  const wait = loops.length ? ["--async"] : [];
  const fixed = joinWords([...options, ...wait, body.script, ...argumentsOf(body)]);
  const command = ["studio run submit-script", fixed, ...swept].join(" ");
  const left = leftOut(body);
  if (!loops.length) {
    const notes = body.sweep ? ["# A random sweep is one request: see curl."] : left;
    return [command, ...notes].join("\n");
  }
  const heads = loops.map(
    ({ name, values }) => `for ${variableOf(name)} in ${joinWords(values)}; do`,
  );
  const note = "# This makes single runs. A sweep under one parent: see SDK or curl.";
  const ends = loops.map(() => "done").join("; ");
  return [note, ...heads, `  ${command}`, ends, ...left].join("\n");
}

/** A note of what no option of the command line says. */
function leftOut(body) {
  const parts = {
    environment: body.environment ?? body.variables,
    "number of processes": distributionOf(body),
    limits: body.max_seconds ?? body.retries ?? body.priority,
    description: body.description,
    "options of Slurm": body.options,
  };
  const names = Object.keys(parts).filter((name) => parts[name]);
  return names.length ? [`# Left out: ${names.join(", ")}. See SDK or curl.`] : [];
}

function curlCode(body, { origin, workspace }) {
  const api = `${origin}/w/${workspace}/api/v1`;
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    "zip -qr code.zip . -x '.git/*'",
    `curl -X PUT ${api}/snapshots --data-binary @code.zip \\`,
    "  -H 'Content-Type: application/zip'",
    `curl -X POST ${api}/jobs -H 'Content-Type: application/json' \\`,
    `  -d '${json}'`,
  ].join("\n");
}

const gridOf = ({ sweep }) => (sweep?.method === "grid" ? sweep.arguments : []);
const argumentsOf = ({ command = [] }) => command.slice(2);
const variableOf = (name) => name.replace(/^-+/, "").replace(/\W/g, "_") || "value";
const text = (value) => JSON.stringify(String(value));
const list = (values) => `[${values.map(text).join(", ")}]`;
