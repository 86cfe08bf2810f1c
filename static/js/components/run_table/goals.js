// Which way a metric gets better, and why a cell at best, or of any metric, may be empty. Pure.

import { metricColumn, withAggregate } from "../../lib/metric_ids.js";

const WORDS = { min: "lowest", max: "highest" };

/** `min:val/loss` as {direction, key}; null without a goal. */
export function readGoal(text) {
  const [, direction, key] = /^(min|max):(.+)$/s.exec(text ?? "") ?? [];
  return key ? { direction, key } : null;
}

/** "lowest val/loss". */
export const goalWords = ({ direction, key }) => `${WORDS[direction]} ${key}`;

/** What the table adds to a column of a metric: `direction`, which way it gets better (null where
 * that is not known), and `reason`, what an empty cell means. */
export function describeMetric(column, goalText) {
  if (column.kind !== "metrics") return {};
  const goal = readGoal(goalText);
  return { direction: directionOf(column, goal), reason: reasonOf(column, goal) };
}

function directionOf({ key, aggregate, direction }, goal) {
  if (["min", "max"].includes(aggregate)) return aggregate;
  if (["count", "trend", "first"].includes(aggregate)) return null;
  if (goal?.key === key) return goal.direction;
  return direction;
}

function reasonOf({ key, aggregate }, goal) {
  if (aggregate !== "best") return `This run has no ${key}.`;
  if (!goal) return "Choose a metric under “Best by” first.";
  const best = `where ${goal.key} is ${WORDS[goal.direction]} (an infinite value does not count)`;
  return `This run has no ${key} at the step ${best}.`;
}

/** The columns that show what a goal means: its metric at best, and the other metrics at the same
 * step; `ids` are the columns so far. */
export function columnsOfGoal({ direction, key }, ids) {
  const metrics = ids.filter((id) => id.startsWith("metrics."));
  const stems = new Set(metrics.map((id) => withAggregate(id, "last")));
  stems.delete(metricColumn(key, "last"));
  return [metricColumn(key, direction), ...[...stems].map((id) => withAggregate(id, "best"))];
}
