// Links that MLflow's clients print, `#/experiments/1/runs/<id>`, lead to the pages they mean.

const LINK = /^#\/experiments\/(\d+)(?:\/runs\/([\w-]+))?/;

/** Go on to the run or experiment that the fragment of the address names. */
export function followForeignLink() {
  const [link, number, run] = LINK.exec(location.hash) ?? [];
  const { home } = document.body.dataset;
  if (!link || !home) return;
  location.replace(run ? `${home}/runs/${run}` : `${home}/experiments/id/${number}`);
}
