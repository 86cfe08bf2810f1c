// Clauses of the filter grammar, written from columns and cells. Pure functions.

const PLAIN_KEY = /^[A-Za-z_][\w/-]*$/;
const ENTITIES = { metrics: "metrics", params: "params", tags: "tags", properties: "properties" };

/** The field of the grammar that a column shows, or null where it has none. */
export function fieldOf(column) {
  if (column.kind === "run") return column.filterable === false ? null : column.key;
  const key = PLAIN_KEY.test(column.key) ? column.key : `"${column.key.replace(/"/g, "`")}"`;
  const entity = ENTITIES[column.kind];
  if (!entity) return null;
  return column.kind === "metrics" &&
    column.aggregate &&
    !["last", "trend"].includes(column.aggregate)
    ? `${entity}.${key}.${column.aggregate}`
    : `${entity}.${key}`;
}

/** A literal of the grammar: numbers bare, texts in quotes that they do not contain. */
export function literal(value) {
  if (typeof value === "number") return String(value);
  return value.includes("'") ? `"${value.replace(/"/g, "")}"` : `'${value}'`;
}

/** The clause `column operator value`; a missing value asks for absence. */
export function clauseOf(column, operator, value) {
  const field = fieldOf(column);
  if (!field) return null;
  if (value === null || value === undefined) {
    return operator === "=" ? `${field} IS NULL` : `${field} IS NOT NULL`;
  }
  return `${field} ${operator} ${literal(value)}`;
}

/** `query` narrowed by one more clause. */
export function addClause(query, clause) {
  const text = (query ?? "").trim();
  if (!text) return clause;
  // What follows `jp:` is its expression.
  if (/(^|\s)jp:/.test(text)) return `${clause} and ${text}`;
  return /\bor\b/i.test(text) ? `(${text}) and ${clause}` : `${text} and ${clause}`;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const KEEPS_TEXT = /^(params|tags|properties)\./;

/** The clause that somebody wrote in three fields. A parameter is compared as the text it is, but
 * for its order. */
export function writtenClause(field, operator, text) {
  if (operator.startsWith("IS")) return `${field} ${operator}`;
  const isText = operator.includes("~") || (KEEPS_TEXT.test(field) && /^!?=$/.test(operator));
  const asNumber = NUMBER.test(text) && !isText;
  return `${field} ${operator} ${literal(asNumber ? Number(text) : text)}`;
}
