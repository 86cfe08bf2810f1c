// The scripts of the code that is sent: they are suggested for the field, and one is taken at once.

const USUAL = ["train.py", "main.py", "run.py"];

/** List the scripts of `snapshot` (null for none) below the field of `form`. */
export function listScripts(form, snapshot) {
  const options = scriptsOf(pathsOf(snapshot)).map((path) => new Option(path, path));
  form.querySelector("#scripts").replaceChildren(...options);
}

/** Put a likely script of `snapshot` into the field, where the code lacks the one that is there. */
export function takeScript(form, snapshot) {
  const paths = pathsOf(snapshot);
  const { script } = form.elements;
  if (paths.length && !paths.includes(script.value))
    script.value = likelyScript(paths) ?? script.value;
}

const pathsOf = (snapshot) => (snapshot?.files ?? []).map(({ path }) => path);

/** The shallowest first. */
function scriptsOf(paths) {
  const depth = (path) => path.split("/").length;
  return paths.filter((path) => /\.py$/.test(path)).sort((a, b) => depth(a) - depth(b));
}

function likelyScript(paths) {
  const scripts = scriptsOf(paths);
  return USUAL.find((name) => scripts.includes(name)) ?? scripts[0];
}
