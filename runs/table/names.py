"""The names of metrics, parameters, tags and properties of runs, and the values of a note.

The names of notes are read by jumping from one to the next in an index (a loose index scan), so
that the cost follows the number of names and not of runs.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection

from runs.database.dialects import current_dialect
from runs.database.fragments import sql
from runs.database.patterns import compile_pattern
from runs.metrics.dotted_names import name_metric
from runs.metrics.queries import list_metrics, list_metrics_of
from runs.search.comparisons import first_chars
from runs.search.fetching import fetch
from runs.table.columns import Column
from runs.tracking.fields import Entity
from runs.tracking.models import INDEXED_VALUE_CHARS, Param, Property, RunTag
from runs.tracking.run_fields import SHOWN, label_of
from runs.tracking.tables import EXPERIMENT
from runs.tracking.texts import is_storable

NOTES: dict[Entity, type[Param] | type[RunTag] | type[Property]] = {
    Entity.PARAM: Param,
    Entity.TAG: RunTag,
    Entity.PROPERTY: Property,
}
# What has columns, in the order they are listed.
KINDS = (Entity.RUN, Entity.METRIC, Entity.PARAM, Entity.TAG, Entity.PROPERTY)
PAGE_NAMES = 100
MOST_NAMES = 12_000
MOST_VALUES = 20

KEYS = f"""
WITH RECURSIVE names(experiment_id, key) AS (
    SELECT e.id, (SELECT MIN(n.key) FROM {{table}} n WHERE n.experiment_id = e.id)
    FROM {EXPERIMENT} e WHERE e.id IN ({{ids}})
    UNION ALL
    SELECT names.experiment_id, (
        SELECT MIN(n.key) FROM {{table}} n
        WHERE n.experiment_id = names.experiment_id AND n.key > names.key
    ) FROM names WHERE names.key IS NOT NULL
)
"""
NAMES = f"{KEYS} SELECT DISTINCT key FROM names WHERE key IS NOT NULL"


# The same jumps from value to value of one key, at most so many in each experiment.
FIRST_VALUES = """
WITH RECURSIVE found(experiment_id, value, jumps) AS (
    SELECT e.id, (
        SELECT {value} FROM {table} n WHERE n.experiment_id = e.id AND n.key = %s
        AND {value} >= %s ORDER BY {value} LIMIT 1
    ), 1 FROM ("""
NEXT_VALUES = """) e
    UNION ALL
    SELECT found.experiment_id, (
        SELECT {value} FROM {table} n WHERE n.experiment_id = found.experiment_id AND n.key = %s
        AND {value} > found.value ORDER BY {value} LIMIT 1
    ), jumps + 1 FROM found WHERE value IS NOT NULL AND jumps <= %s
)
SELECT DISTINCT value FROM found WHERE value >= %s AND value < %s ORDER BY value LIMIT %s
"""
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class NamePage:
    """Some of the `total` columns of a kind that match; the rest begins after the key `next`."""

    kind: Entity
    total: int
    columns: list[Column]
    next: str | None


def list_columns(
    *, experiment_ids: Sequence[int], search: str = "", kinds: Sequence[Entity] = KINDS,
    after: str | None = None, limit: int = PAGE_NAMES,
) -> list[NamePage]:  # fmt: skip
    """Return the columns there are in experiments, by kind. One query for each kind.

    `search` is a regular expression (RE2, case-insensitive), `after` the last key of the page
    before. Raises PatternError.
    """
    matches: Callable[[str], object] = compile_pattern(f"(?i){search}").search if search else bool
    pages = []
    for kind in kinds:
        names = list_names(kind, experiment_ids)
        keys = [key for key in names if matches(label_of(Column(kind, key)))]
        rest = keys if after is None else _behind(after, keys)
        shown = [Column(kind, key) for key in rest[:limit]]
        is_last = len(rest) <= limit
        pages.append(NamePage(kind, len(keys), shown, None if is_last else shown[-1].key))
    return pages


def _behind(key: str, keys: list[str]) -> list[str]:
    """Return the keys behind one of them, or behind the place of one that is gone."""
    return keys[keys.index(key) + 1 :] if key in keys else keys[bisect(keys, key) :]


def list_names(kind: Entity, experiment_ids: Sequence[int]) -> list[str]:
    """Return every key of a kind in experiments, sorted. One query."""
    if kind is Entity.RUN:
        return list(SHOWN)
    if not experiment_ids:
        return []
    if kind is Entity.METRIC:
        return sorted({key for key, _ in list_metrics(experiment_ids)})
    ids = ", ".join(str(int(one)) for one in experiment_ids)
    sql = NAMES.format(table=NOTES[kind]._meta.db_table, ids=ids)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(key for (key,) in cursor.fetchall())


def list_chart_names(run_ids: Sequence[int]) -> list[str]:
    """Return what charts of these runs may draw, sorted: all numbers, with the columns of rows and
    tables as `<key>.<column>`. One query."""
    return sorted({name_metric(key, column) for key, column in list_metrics_of(run_ids)})


def list_values(kind: Entity, key: str, experiment_ids: Sequence[int], prefix: str) -> list[str]:
    """Return up to 20 values that a note has in experiments and that begin with `prefix`. Of long
    values only their indexed first characters are given. One query."""
    if not experiment_ids or not is_storable(prefix + key):
        return []
    dialect, start = current_dialect(), prefix[:INDEXED_VALUE_CHARS]
    words = {"table": NOTES[kind]._meta.db_table, "value": first_chars(dialect, "n.value")}
    query = (
        sql(FIRST_VALUES.format(**words), key, start)
        + dialect.ids(experiment_ids)
        + sql(
            NEXT_VALUES.format(**words),
            key,
            MOST_VALUES,
            start,
            start + LAST_CHARACTER,
            MOST_VALUES,
        )
    )
    return [value for (value,) in fetch(query) if value]
