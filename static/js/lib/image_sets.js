// Images of runs by name and step. Pure functions.

/** All names of `runs` (as the server tells them) that hold `text`, in order. */
export function namesOf(runs, text = "") {
  const names = new Set(runs.flatMap((run) => run.images.map((image) => image.name)));
  const wanted = text.toLowerCase();
  return [...names].filter((name) => name.toLowerCase().includes(wanted)).sort();
}

/** All steps of `runs`, of the images called `names`, ascending. */
export function stepsOf(runs, names) {
  const wanted = new Set(names);
  const images = runs
    .flatMap((run) => run.images)
    .filter((image) => image.step !== null && wanted.has(image.name));
  return [...new Set(images.map((image) => image.step))].sort((a, b) => a - b);
}

/** The image of a run called `name` at `step`: the last one up to there, else its first one. */
export function imageAt(run, name, step) {
  const all = run.images.filter((image) => image.name === name);
  if (step === null) return all.at(-1) ?? null;
  return all.findLast((image) => image.step === null || image.step <= step) ?? all[0] ?? null;
}

/** The address of an image's bytes. */
export function addressOf(run, image) {
  return `${run.files}/${image.path.split("/").map(encodeURIComponent).join("/")}`;
}
