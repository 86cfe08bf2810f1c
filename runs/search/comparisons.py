"""One comparison of an expression with a value, as SQL."""

import math
from collections.abc import Sequence

from runs.database.dialects import Dialect
from runs.database.fragments import Sql, sql
from runs.search.errors import SearchError
from runs.tracking.filters import Ago, Moment, Operator, Value
from runs.tracking.filters.nodes import LIKES, LISTS, OPPOSITES, PATTERNS
from runs.tracking.models import INDEXED_VALUE_CHARS
from runs.tracking.texts import INT64_MAX, INT64_MIN

MOST_PATTERN_CHARS = 10_000


def compare_text(
    dialect: Dialect, text: str, operator: Operator, value: str | Sequence[str]
) -> Sql:
    """Compare the text expression `text`; a NULL text satisfies nothing."""
    if operator in LISTS:
        found = dialect.one_of(text, value)
    elif operator in LIKES:
        check_length(value)
        insensitive = operator in (Operator.ILIKE, Operator.NOT_ILIKE)
        found = (dialect.ilike if insensitive else dialect.like)(text, value)
    elif operator in PATTERNS:
        found = dialect.match(text, value)
    else:
        return sql(f"{text} {_symbol(operator)} %s", value)
    return found.wrap("NOT (", ")") if operator in OPPOSITES else found


def check_length(pattern: str) -> None:
    """Raise SearchError for a pattern longer than SQLite matches, whatever the database."""
    if len(pattern) > MOST_PATTERN_CHARS:
        raise SearchError(f"A LIKE pattern has at most {MOST_PATTERN_CHARS:,} characters.")


def first_chars(dialect: Dialect, text: str) -> str:
    """Return as much of the text expression `text` as its index holds."""
    return dialect.beginning(text, INDEXED_VALUE_CHARS)


def starts_alike(dialect: Dialect, text: str, values: Sequence[str]) -> Sql:
    """The condition that `text` begins like one of `values`; only the characters that the index
    holds are compared."""
    return dialect.one_of(
        first_chars(dialect, text), [value[:INDEXED_VALUE_CHARS] for value in values]
    )


def compare_float(number: str, operator: Operator, value: float | Sequence[float]) -> Sql:
    """Compare the expression `number` of type double; NULL (NaN) satisfies only `= nan`."""
    if operator in LISTS:
        return _one_of_numbers(number, operator, [float(one) for one in value])
    if math.isnan(value):
        return Sql(f"{number} IS {'NOT ' if operator is Operator.NE else ''}NULL")
    return sql(f"{number} {_symbol(operator)} %s", float(value))


def compare_number(column: str, operator: Operator, value: float | Sequence[float]) -> Sql:
    """Compare a column of whole numbers."""
    if operator in LISTS:
        return _one_of_numbers(column, operator, value)
    return sql(f"{column} {_symbol(operator)} %s", value)


def _one_of_numbers(number: str, operator: Operator, values: Sequence[float]) -> Sql:
    marks = ", ".join(["%s"] * len(values))
    return Sql(f"{number} {operator.value} ({marks})", tuple(values))


def compare_time(column: str, operator: Operator, value: Value, now_ms: int) -> Sql:
    """Compare a column of milliseconds with a number, a date or a time before now."""
    if isinstance(value, Moment):
        return _compare_span(column, operator, value.ms, value.ms + value.span_ms)
    if isinstance(value, Ago):
        value = max(INT64_MIN, min(INT64_MAX, now_ms - value.ms))
    return sql(f"{column} {_symbol(operator)} %s", value)


def _compare_span(column: str, operator: Operator, start: int, end: int) -> Sql:
    """Compare with all of [start, end): `=` is inside it, `>` behind its end."""
    if operator is Operator.EQ:
        return sql(f"({column} >= %s AND {column} < %s)", start, end)
    if operator is Operator.NE:
        return sql(f"({column} < %s OR {column} >= %s)", start, end)
    if operator in (Operator.GT, Operator.LE):
        return sql(f"{column} {'>=' if operator is Operator.GT else '<'} %s", end)
    return sql(f"{column} {operator.value} %s", start)


def _symbol(operator: Operator) -> str:
    return "<>" if operator is Operator.NE else operator.value
