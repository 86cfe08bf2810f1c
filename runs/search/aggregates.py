"""Refuses `metrics.loss.median`: a name that no metric has, and that ends with no aggregate."""

import re
from collections.abc import Iterable

from runs.database.dialects import current_dialect
from runs.database.fragments import sql
from runs.metrics.dotted_names import name_metric, possible_keys
from runs.metrics.tables import METRIC
from runs.search.errors import SearchError
from runs.search.fetching import fetch
from runs.tracking.fields import NUMBERS, Entity, Field
from runs.tracking.filters import Comparison, FilterError
from runs.tracking.tables import EXPERIMENT
from runs.workspaces.models import Workspace

ENDED_BY_WORD = re.compile(r"(.+)[.:](\w+)", re.DOTALL)
WITH_COLUMN = re.compile(r"(.+)\[(.+)\]", re.DOTALL)


def refuse_unknown_aggregates(workspace: Workspace, fields: Iterable[Field]) -> None:
    """Raise SearchError where one of `fields` is a metric with an aggregate there is not.

    A name that a metric of the workspace has is never refused, nor one that begins with no metric.
    One query where a name ends with a word behind a dot or a colon.
    """
    for complaint in _find_unknown(workspace, fields).values():
        raise SearchError(complaint)


def refuse_unknown_in_filter(workspace: Workspace, comparisons: Iterable[Comparison]) -> None:
    """Raise FilterError at a comparison with an aggregate there is not. At most one query."""
    comparisons = list(comparisons)
    complaints = _find_unknown(workspace, (one.field for one in comparisons))
    for one in comparisons:
        if one.field in complaints:
            raise FilterError(complaints[one.field], one.position, one.length)


def _find_unknown(workspace: Workspace, fields: Iterable[Field]) -> dict[Field, str]:
    """Return what to say of each field whose aggregate is unknown."""
    ended = {
        field: match.groups()
        for field in fields
        if field.entity is Entity.METRIC
        and not field.column
        and (match := ENDED_BY_WORD.fullmatch(field.key))
    }
    if not ended:
        return {}
    names = _read_names(workspace, possible_keys(field.key for field in ended) | _stems(ended))
    known = ", ".join(f".{one}" for one in NUMBERS)
    return {
        field: f"There is no metric {field.key!r} here, and {stem!r} has no {word!r}."
        f" It has {known}."
        for field, (stem, word) in ended.items()
        if field.key not in names and _column_as_dots(stem) in names
    }


def _stems(ended: dict[Field, tuple[str, ...]]) -> set[str]:
    return possible_keys(_column_as_dots(stem) for stem, _ in ended.values())


def _column_as_dots(stem: str) -> str:
    """Return `roc.tpr` for `roc[tpr]`."""
    match = WITH_COLUMN.fullmatch(stem)
    return name_metric(*match.groups()) if match else stem


def _read_names(workspace: Workspace, keys: set[str]) -> set[str]:
    """Return the names of the metrics of a workspace that have one of these keys."""
    query = sql(
        f'SELECT DISTINCT m.key, m."column" FROM {METRIC} m'
        f" JOIN {EXPERIMENT} e ON e.id = m.experiment_id WHERE e.workspace_id = %s AND ",
        workspace.id,
    )
    rows = fetch(query + current_dialect().one_of("m.key", sorted(keys)))
    return {name_metric(key, column) for key, column in rows}
