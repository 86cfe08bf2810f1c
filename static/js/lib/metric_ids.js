// The text of a metric's column: `metrics.loss`, `metrics.loss.min`. Pure.

/** The values of a metric that a column can show. */
export const AGGREGATES = ["last", "min", "max", "first", "mean", "count", "best", "trend"];

const ENDING = new RegExp(`[.:](${AGGREGATES.join("|")})$`);

/** Whether the id of a column names one of the values of its metric. */
export const hasAggregate = (id) => ENDING.test(id);

/** The id of the column that holds `key` of a metric by `aggregate`. A metric whose own name ends
 * like `.min` says `.last`. */
export function metricColumn(key, aggregate) {
  const id = `metrics.${key}`;
  return aggregate === "last" && !ENDING.test(key) ? id : `${id}.${aggregate}`;
}

/** The id of a column with another value of its metric. */
export function withAggregate(id, aggregate) {
  if (!id.startsWith("metrics.")) return id;
  return metricColumn(id.slice("metrics.".length).replace(ENDING, ""), aggregate);
}

/** The id of a column as the server writes it: addresses may say `:min` for `.min`. */
export function canonical(id) {
  const [, aggregate = "last"] = ENDING.exec(id) ?? [];
  return withAggregate(id, aggregate);
}
