"""The fields of a run as SQL: what they are read from, and comparisons with them."""

from collections.abc import Callable, Sequence

from runs.database.fragments import Sql, sql
from runs.search.comparisons import (
    compare_float,
    compare_number,
    compare_text,
    compare_time,
)
from runs.search.fetching import fetch
from runs.search.scope import Scope
from runs.tracking.filters import Comparison, Operator
from runs.tracking.filters.fields import type_of
from runs.tracking.filters.nodes import NULLS
from runs.tracking.run_fields import BY_NAME, Type
from runs.tracking.tables import EXPERIMENT, RUN

NAMED_RUNS = {"parent": "r.parent_id", "root": "r.root_id"}


def read_field(key: str, scope: Scope) -> str:
    """Return the expression of a run field; a blank text reads as it is."""
    return BY_NAME[key].expression.replace("{now}", str(int(scope.now_ms)))


def compare_run_field(node: Comparison, scope: Scope) -> Sql:
    """Return the condition on run `r`."""
    field = read_field(node.field.key, scope)
    if node.operator in NULLS:
        return _compare_null(node, field)
    if node.field.key == "experiment":
        return _compare_experiment(node, scope)
    return COMPARERS[type_of(node.field)](node, field, scope)


def _compare_null(node: Comparison, field: str) -> Sql:
    blank = f"NULLIF({field}, '')" if BY_NAME[node.field.key].is_text else field
    return Sql(f"{blank} {node.operator.value}")


def _compare_experiment(node: Comparison, scope: Scope) -> Sql:
    named = compare_text(scope.dialect, "e.name", node.operator, node.value)
    within = sql(f"SELECT e.id FROM {EXPERIMENT} e WHERE e.workspace_id = %s", scope.workspace.id)
    return (within + " AND " + named).wrap("r.experiment_id IN (", ")")


def match_experiments(node: Comparison, scope: Scope) -> set[int]:
    """Return the keys of the experiments that a comparison of `experiment` means. One query."""
    named = compare_text(scope.dialect, "e.name", node.operator, node.value)
    within = sql(f"SELECT e.id FROM {EXPERIMENT} e WHERE e.workspace_id = %s", scope.workspace.id)
    return {row[0] for row in fetch(within + " AND " + named)}


def find_runs_by_id(node: Comparison, scope: Scope) -> Sql | None:
    """Return what selects the keys of runs by `run_id`, `parent` or `root`; None for others."""
    if node.operator not in (Operator.EQ, Operator.IN):
        return None
    ids = node.value if isinstance(node.value, Sequence) and not isinstance(node.value, str) else ()
    named = scope.dialect.one_of("q.run_id", ids or [node.value])
    if node.field.key == "run_id":
        return sql(f"FROM {RUN} q WHERE ") + named
    if node.field.key in NAMED_RUNS:
        column = NAMED_RUNS[node.field.key].replace("r.", "c.")
        return (sql(f"SELECT q.id FROM {RUN} q WHERE ") + named).wrap(
            f"FROM {RUN} c WHERE {column} IN (", ")"
        )
    return None


def _compare_text(node: Comparison, field: str, scope: Scope) -> Sql:
    return compare_text(scope.dialect, field, node.operator, node.value)


def _compare_number(node: Comparison, field: str, scope: Scope) -> Sql:
    return compare_number(field, node.operator, node.value)


def _compare_time(node: Comparison, field: str, scope: Scope) -> Sql:
    return compare_time(field, node.operator, node.value, scope.now_ms)


def _compare_seconds(node: Comparison, field: str, scope: Scope) -> Sql:
    return compare_float(field, node.operator, node.value)


def _compare_flag(node: Comparison, field: str, scope: Scope) -> Sql:
    wanted = node.value is (node.operator is Operator.EQ)
    return sql(f"{field} = %s", int(wanted))


COMPARERS: dict[Type, Callable[[Comparison, str, Scope], Sql]] = {
    Type.TEXT: _compare_text,
    Type.CHOICE: _compare_text,
    Type.NUMBER: _compare_number,
    Type.TIME: _compare_time,
    Type.SECONDS: _compare_seconds,
    Type.FLAG: _compare_flag,
}
