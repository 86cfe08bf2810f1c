"""Reads runs with their params, tags, last values and so on. Doors, the run table and pages read
runs here, each with the parts that it needs."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import NamedTuple

from runs.database.cursors import LIST, Cursor, open_cursor
from runs.database.rows import Rows
from runs.metrics.tables import METRIC, SERIES
from runs.tracking.models import DatasetInput, Lifecycle, Run, RunEdit, StatusChange
from runs.tracking.tables import (
    DATASET,
    EXPERIMENT,
    LOGGED_MODEL,
    PARAM,
    PROPERTY,
    RUN,
    RUN_EDIT,
    STATUS_CHANGE,
    TAG,
)


class ExperimentTuple(NamedTuple):
    """What the protocols tell of a run's experiment, under the names of `Experiment`."""

    number: int
    artifact_location: str


class RunTuple(NamedTuple):
    """What the protocols tell of a run, under the names of `Run`; its experiment comes last.

    Hundreds are read at once, and a tuple is made in a tenth of the time of a model's instance.
    """

    id: int
    run_id: str
    name: str
    status: str
    lifecycle: str
    submitted_by: str
    description: str
    started_ms: int | None
    ended_ms: int | None
    client_ended_ms: int | None
    experiment: ExperimentTuple


_COLUMNS = ", ".join(
    [
        *(f"{RUN}.{name}" for name in RunTuple._fields[:-1]),
        *(f"{EXPERIMENT}.{name}" for name in ExperimentTuple._fields),
        "parent.run_id",
    ]
)
READ_RUNS = f"""
SELECT {_COLUMNS} FROM {RUN}
JOIN {EXPERIMENT} ON {EXPERIMENT}.id = {RUN}.experiment_id
LEFT JOIN {RUN} AS parent ON parent.id = {RUN}.parent_id
WHERE {RUN}.id {LIST}
"""
READ_KEYED = f"SELECT run_id, key, value FROM {{table}} WHERE run_id {LIST} ORDER BY run_id, key"
READ_LATEST = f"""
SELECT run_id, key, last, last_ms, last_step FROM {SERIES}
JOIN {METRIC} ON {METRIC}.id = metric_id
WHERE run_id {LIST} AND "column" = '' ORDER BY run_id, key
"""
COUNT_CHILDREN = f"""
SELECT parent_id, COUNT(*) FROM {RUN} WHERE parent_id {LIST}
AND lifecycle <> '{Lifecycle.DELETED.value}' GROUP BY parent_id
"""
FIND_DATASETS = f"SELECT id FROM {DATASET} WHERE run_id {LIST} ORDER BY id"
HISTORY = Rows(StatusChange)
EDITS = Rows(RunEdit)
READ_EDITS = f"SELECT {EDITS.columns} FROM {RUN_EDIT} WHERE run_id {LIST} ORDER BY id"
READ_HISTORY = f"SELECT {HISTORY.columns} FROM {STATUS_CHANGE} WHERE run_id {LIST} ORDER BY id"
READ_MODELS = f"""
SELECT source_run_id, model_id FROM {LOGGED_MODEL} WHERE source_run_id {LIST} ORDER BY id
"""


class LatestValue(NamedTuple):
    """The last point of a metric by (step, time, value). `value` None is NaN."""

    key: str
    value: float | None
    ms: int
    step: int


class RunPart(Enum):
    """What can be read beside runs, each by one query; ROOT comes with the runs."""

    PARAMS = "params"
    TAGS = "tags"
    PROPERTIES = "properties"
    LATEST = "the last values of plain metrics"
    # A query more where data sets were read.
    DATASETS = "data sets"
    MODELS = "logged models"
    CHILDREN = "how many children that are not deleted"
    HISTORY = "the changes of its status"
    EDITS = "the changes of its name, description and tags"
    ROOT = "the topmost run above it"


@dataclass
class RunRecord:
    """A run with the parts that were asked for. `params`, `tags`, `properties` and `latest` are
    sorted by key, `models` are the ids of the models it has made, `parent` is the public id of its
    parent (`read_runs` alone reads it)."""

    run: Run | RunTuple
    parent: str = ""
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    latest: dict[str, LatestValue] = field(default_factory=dict)
    datasets: list[DatasetInput] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    children: int = 0
    history: list[StatusChange] = field(default_factory=list)
    edits: list[RunEdit] = field(default_factory=list)

    @property
    def metrics(self) -> dict[str, float]:
        """The last value of each plain metric."""
        return {
            key: math.nan if latest.value is None else latest.value
            for key, latest in self.latest.items()
        }


Records = dict[int, RunRecord]


def read_runs(
    ids: Sequence[int], parts: Collection[RunPart] = (), *, as_tuples: bool = False
) -> list[RunRecord]:
    """Return the runs with these keys in this order. A query for the runs, and those of `parts`.

    The runs come with experiment and parent, or as tuples: hundreds are read faster so.
    """
    with open_cursor() as cursor:
        wanted = (cursor.list(ids),)
        found = _read_tuples(cursor, wanted) if as_tuples else _read_models(ids, parts)
        _read_parts(cursor, wanted, parts, found)
    return [found[key] for key in ids if key in found]


def read_parts_of(runs: Sequence[Run], parts: Collection[RunPart]) -> list[RunRecord]:
    """Return runs that have been read already, in this order, with the `parts` beside them. The
    queries of `parts`."""
    found = {run.id: RunRecord(run) for run in runs}
    with open_cursor() as cursor:
        _read_parts(cursor, (cursor.list(found),), parts, found)
    return [found[run.id] for run in runs]


def _read_parts(
    cursor: Cursor, wanted: Sequence[object], parts: Collection[RunPart], found: Records
) -> None:
    for part in READERS.keys() & set(parts):
        READERS[part](cursor, wanted, found)


def _read_models(ids: Sequence[int], parts: Collection[RunPart]) -> Records:
    links = ["experiment", "parent", *(["root"] if RunPart.ROOT in parts else [])]
    runs = Run.objects.select_related(*links).in_bulk(list(ids))
    return {
        key: RunRecord(run, parent=run.parent.run_id if run.parent else "")
        for key, run in runs.items()
    }


def _read_tuples(cursor: Cursor, wanted: Sequence[object]) -> Records:
    found = {}
    for *head, number, location, parent in cursor.read(READ_RUNS, wanted):
        run = RunTuple(*head, ExperimentTuple(number, location))
        found[run.id] = RunRecord(run, parent=parent or "")
    return found


def _read_keyed(
    table: str, part: str, cursor: Cursor, wanted: Sequence[object], found: Records
) -> None:
    for run, key, value in cursor.read(READ_KEYED.format(table=table), wanted):
        getattr(found[run], part)[key] = value


def _read_latest(cursor: Cursor, wanted: Sequence[object], found: Records) -> None:
    for run, *point in cursor.read(READ_LATEST, wanted):
        found[run].latest[point[0]] = LatestValue(*point)


def _read_datasets(cursor: Cursor, wanted: Sequence[object], found: Records) -> None:
    ids = [row[0] for row in cursor.read(FIND_DATASETS, wanted)]
    for dataset in DatasetInput.objects.filter(id__in=ids).order_by("id") if ids else ():
        found[dataset.run_id].datasets.append(dataset)


def _read_models_made(cursor: Cursor, wanted: Sequence[object], found: Records) -> None:
    for run, model in cursor.read(READ_MODELS, wanted):
        found[run].models.append(model)


def _count_children(cursor: Cursor, wanted: Sequence[object], found: Records) -> None:
    for run, children in cursor.read(COUNT_CHILDREN, wanted):
        found[run].children = children


def _read_history(cursor: Cursor, wanted: Sequence[object], found: Records) -> None:
    for row in cursor.read(READ_HISTORY, wanted):
        change = HISTORY.read(row)
        found[change.run_id].history.append(change)


def _read_edits(cursor: Cursor, wanted: Sequence[object], found: Records) -> None:
    for row in cursor.read(READ_EDITS, wanted):
        edit = EDITS.read(row)
        found[edit.run_id].edits.append(edit)


READERS = {
    RunPart.PARAMS: partial(_read_keyed, PARAM, "params"),
    RunPart.TAGS: partial(_read_keyed, TAG, "tags"),
    RunPart.PROPERTIES: partial(_read_keyed, PROPERTY, "properties"),
    RunPart.LATEST: _read_latest,
    RunPart.DATASETS: _read_datasets,
    RunPart.MODELS: _read_models_made,
    RunPart.CHILDREN: _count_children,
    RunPart.HISTORY: _read_history,
    RunPart.EDITS: _read_edits,
}
