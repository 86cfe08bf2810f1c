// What can be said of a job before it is sent: what is good, what is missing.

import { element } from "../../lib/element.js";
import { countRuns } from "../../lib/job_body.js";
import { icon } from "../icons.js";

const LOOKS = {
  good: ["completed", "circle-check"],
  bad: ["failed", "circle-x"],
  wait: ["waiting", "clock"],
  todo: ["canceled", "circle-dashed"],
};

/** Return the checks of `body`: [{look, text}]. `snapshot` and `outlook` are what is known so far. */
export function checksOf(body, snapshot, outlook) {
  return [
    checkScript(body, snapshot),
    body.experiment_name
      ? { look: "good", text: `Kept in ${body.experiment_name}` }
      : { look: "todo", text: "Name an experiment" },
    checkSweep(body),
    outlook && {
      look: outlook.is_free ? "good" : "wait",
      text: `${body.cluster}: ${outlook.words}`,
    },
  ].filter(Boolean);
}

function checkScript({ command, script }, snapshot) {
  if (!command?.length) return { look: "todo", text: "Name a script or a command" };
  if (!script) return null;
  if (!snapshot) return { look: "bad", text: `No code is sent, so there is no ${script}` };
  const isThere = snapshot.files.some(({ path }) => path === script);
  return isThere
    ? { look: "good", text: `${script} is in the code` }
    : { look: "bad", text: `${script} is not in the code` };
}

function checkSweep(body) {
  if (!body.sweep) return null;
  const runs = countRuns(body);
  if (runs < 1) return { look: "todo", text: "Say how many runs to draw" };
  return runs > 1000
    ? { look: "bad", text: `${runs.toLocaleString()} runs: at most 1,000 make a sweep` }
    : { look: "good", text: `A sweep of ${runs} runs` };
}

/** Draw checks into a list. */
export function drawChecks(list, checks) {
  list.replaceChildren(
    ...checks.map(({ look, text }) => {
      const [tone, name] = LOOKS[look];
      return element("li", { class: `status ${tone}` }, icon(name), text);
    }),
  );
}
