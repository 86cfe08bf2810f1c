// What keeps the panel Add chart from drawing a chart.

import { X_AXES } from "../../lib/chart_spec.js";
import { splitList } from "../../lib/url_state.js";

const isField = (text) => /^(run|metrics|params|tags|properties)\../s.test(text);

/** What is wrong with a spec, in words; "" where nothing is. */
export function problemOf(spec) {
  if (spec.match) {
    try {
      new RegExp(spec.match);
    } catch {
      return "The pattern is not a regular expression.";
    }
  }
  if (spec.type === "line" && !(spec.x in X_AXES) && !/^metrics\../.test(spec.x))
    return "Choose the x axis of lines from the list: steps, times or a metric.";
  if (!splitList(spec.group).every(isField)) return "Choose what to group by from the list.";
  if (spec.type === "parallel" && !spec.right.every(isField))
    return "Choose the other axes from the list.";
  return "";
}

/** What is still to be chosen, in words; nothing of it is a mistake yet. */
export function missingOf(spec) {
  if (!spec.y.length && !spec.match) return "Choose a metric to see the chart.";
  if (spec.type === "parallel" && spec.y.length + spec.right.length < 2 && !spec.match)
    return "Choose a second axis, such as lr.";
  return "";
}
