"""What the search box of every page finds, and the counts beside the places of the rail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from runs.database.dialects import current_dialect
from runs.database.fragments import sql
from runs.search.comparisons import first_chars
from runs.search.fetching import fetch
from runs.table.names import KEYS, NOTES, list_names
from runs.tracking.client_tags import is_client_tag
from runs.tracking.experiment_search import order_of_name
from runs.tracking.fields import Entity, Field
from runs.tracking.filters import Comparison, Operator, unparse
from runs.tracking.models import INDEXED_VALUE_CHARS, Experiment, Lifecycle, Run
from runs.tracking.texts import INT64_MAX, is_storable
from runs.workspaces.models import Workspace

KINDS = (Entity.METRIC, Entity.PARAM, Entity.TAG)
# Of each name the first value that begins with the text.
FIRST_VALUES = """SELECT DISTINCT key, value FROM (
    SELECT key, (
        SELECT {value} FROM {table} n
        WHERE n.experiment_id = names.experiment_id AND n.key = names.key AND {value} >= %s
        ORDER BY {value} LIMIT 1
    ) AS value FROM names WHERE key IS NOT NULL
) found WHERE value >= %s AND value < %s ORDER BY key, value"""
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class FoundName:
    """A metric, parameter or tag that runs have; with `value`, a value that some have for it."""

    kind: Entity
    key: str
    value: str = ""

    @property
    def filter(self) -> str:
        """The filter of the runs that have it."""
        field = Field(self.kind, self.key)
        if not self.value:
            return unparse(Comparison(field, Operator.IS_NOT_NULL))
        if len(self.value) < INDEXED_VALUE_CHARS:
            return unparse(Comparison(field, Operator.EQ, self.value))
        return unparse(Comparison(field, Operator.MATCH, f"^{re.escape(self.value)}"))


@dataclass(frozen=True)
class Found:
    """Some of what matches, and whether there is more of it."""

    experiments: list[Experiment]
    runs: list[Run]
    names: list[FoundName]
    more_experiments: bool = False
    more_runs: bool = False
    more_names: bool = False

    def __bool__(self) -> bool:
        return bool(self.experiments or self.runs or self.names)


def find_everything(*, workspace: Workspace, text: str, limit: int) -> Found:
    """Find up to `limit` experiments, runs and names each. Eight queries."""
    experiments = find_experiments_by_text(workspace, text)[: limit + 1]
    runs = find_runs(workspace, text)[: limit + 1]
    names = find_names(workspace, text)
    return Found(
        experiments=experiments[:limit],
        runs=list(runs)[:limit],
        names=names[:limit],
        more_experiments=len(experiments) > limit,
        more_runs=len(runs) > limit,
        more_names=len(names) > limit,
    )


def find_experiments_by_text(workspace: Workspace, text: str) -> list[Experiment]:
    """Return the active experiments with `text` in their name, or as their id, by name."""
    if not is_searchable(text):
        return []
    matches = Q(name__icontains=text)
    if text.isascii() and text.isdigit() and int(text) <= INT64_MAX:
        matches |= Q(number=int(text))
    active = Experiment.objects.filter(workspace=workspace, lifecycle=Lifecycle.ACTIVE)
    return sorted(active.filter(matches), key=lambda found: order_of_name(found.name))


def find_runs(workspace: Workspace, text: str) -> QuerySet[Run]:
    """Return the active runs with `text` in their name, or at the beginning of their id, the
    newest first."""
    if not is_searchable(text):
        return Run.objects.none()
    active = Run.objects.filter(workspace=workspace, lifecycle=Lifecycle.ACTIVE)
    matching = active.filter(Q(name__icontains=text) | Q(run_id__startswith=text))
    return matching.select_related("experiment").order_by("-id")


def find_names(workspace: Workspace, text: str) -> list[FoundName]:
    """Return the metrics, parameters and tags of active experiments with `text` in their name,
    then the parameters and tags with a value that begins with it. Six queries."""
    if not is_searchable(text):
        return []
    active = Experiment.objects.filter(workspace=workspace, lifecycle=Lifecycle.ACTIVE)
    experiment_ids = list(active.values_list("id", flat=True))
    part = text.lower()
    names = [
        FoundName(kind, key)
        for kind in KINDS
        for key in list_names(kind, experiment_ids)
        if part in key.lower() and not is_client_tag(key)
    ]
    values = [
        FoundName(kind, key, value)
        for kind in KINDS
        if kind in NOTES
        for key, value in _find_values(kind, experiment_ids, text)
        if not is_client_tag(key)
    ]
    return names + values


def is_searchable(text: str) -> bool:
    return bool(text) and is_storable(text)


def _find_values(kind: Entity, experiment_ids: Sequence[int], prefix: str) -> list[tuple[str, str]]:
    if not experiment_ids:
        return []
    start, table = prefix[:INDEXED_VALUE_CHARS], NOTES[kind]._meta.db_table
    value = first_chars(current_dialect(), "n.value")
    ids = ", ".join(str(int(one)) for one in experiment_ids)
    text = (KEYS + FIRST_VALUES).format(table=table, ids=ids, value=value)
    return [(key, found) for key, found in fetch(sql(text, start, start, start + LAST_CHARACTER))]


def count_places(workspace: Workspace) -> dict[str, int]:
    """Active experiments, and active runs without children as the page of all runs lists them.
    Two queries, both over an index alone."""
    here = {"workspace": workspace, "lifecycle": Lifecycle.ACTIVE}
    return {
        "experiments": Experiment.objects.filter(**here).count(),
        "runs": Run.objects.filter(**here, parent=None).count(),
    }
