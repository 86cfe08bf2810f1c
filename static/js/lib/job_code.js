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
  const inside = loops.length ? " ".repeat(8) : "";
  const names = loops.map(({ name }) => variableOf(name));
  const lines = [
    ...(loops.length ? ["from itertools import product", ""] : []),
    "from studio.sdk import Workspace, Experiment, ScriptRunConfig",
    "",
    "ws = Workspace.from_config()",
    `experiment = Experiment(ws, ${text(body.experiment_name ?? "Default")})`,
  ];
  if (loops.length) {
    const values = loops.map(({ values: all }) => list(all)).join(", ");
    const comma = names.length === 1 ? "," : "";
    if (body.sweep.parallel) lines.push("# The SDK queues all at once. For a limit, see curl.");
    lines.push(
      "with experiment.start_logging() as parent:",
      `    for ${names.join(", ")}${comma} in product(${values}):`,
    );
  }
  lines.push(
    ...[
      "config = ScriptRunConfig(",
      ...configOf(body, loops).map((line) => `    ${line},`),
      ")",
    ].map((line) => inside + line),
    loops.length ? `${inside}parent.submit_child(config)` : "run = experiment.submit(config)",
  );
  if (body.sweep && !loops.length) lines.push("# A random sweep is one request: see curl.");
  return lines.join("\n");
}

function configOf(body, loops) {
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
    ...(body.max_seconds ? [`max_run_duration_seconds=${body.max_seconds}`] : []),
  ];
}

function cliCode(body) {
  if (!body.script) return "# The command line submits scripts. A command: see SDK or curl.";
  const loops = gridOf(body);
  const swept = loops.flatMap(({ name }) => [
    ...(name ? [joinWords([name])] : []),
    `"$${variableOf(name)}"`,
  ]);
  const options = ["-e", body.experiment_name ?? "Default", "--target", body.cluster ?? "local"];
  const wait = loops.length ? ["--async"] : [];
  const fixed = joinWords([...options, ...wait, body.script, ...argumentsOf(body)]);
  const command = ["studio run submit-script", fixed, ...swept].join(" ");
  if (!loops.length) {
    return body.sweep ? `${command}\n# A random sweep is one request: see curl.` : command;
  }
  const heads = loops.map(
    ({ name, values }) => `for ${variableOf(name)} in ${joinWords(values)}; do`,
  );
  const note = "# This makes single runs. A sweep under one parent: see SDK or curl.";
  return [note, ...heads, `  ${command}`, loops.map(() => "done").join("; ")].join("\n");
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
