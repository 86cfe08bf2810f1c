// What the panel Add chart begins with: two metrics that belong together, and the counters that
// people draw them over.

import { element } from "../../lib/element.js";

const COUNTER = /(^|[/._ -])(epochs?|iter(ation)?s?|global_step|tokens|samples|examples)$/i;
const MOST_COUNTERS = 3;

/** The first metric of the page with its like, such as val/loss with train/loss; else the first
 * two. `first` are those that people look at most, `names` all. */
export function suggestMetrics(first, names) {
  if (!first.length) return [];
  const like = names.find((name) => name !== first[0] && lastPart(name) === lastPart(first[0]));
  return [first[0], like ?? first[1]].filter(Boolean);
}

const lastPart = (name) => name.slice(name.lastIndexOf("/") + 1);

/** Buttons in `root` that put a counter of `names` on the x axis with one click. */
export function offerCounters(root, names, choose) {
  const counters = names.filter((name) => COUNTER.test(name)).slice(0, MOST_COUNTERS);
  const choices = [...counters.map((name) => [`metrics.${name}`, name]), ["step", "Step"]];
  root.replaceChildren(
    ...(counters.length ? choices : []).map(([value, label]) =>
      element(
        "button",
        {
          type: "button",
          class: "chip",
          title: `Use ${label} as the x axis`,
          onclick: () => choose(value),
        },
        label,
      ),
    ),
  );
}
