"""Runs with everything written beside them: what a client gets when it asks for a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from runs.database.cursors import LIST, Cursor, open_cursor
from runs.metrics.tables import METRIC, SERIES
from runs.tracking.models import DatasetInput, Run
from runs.tracking.tables import DATASET, EXPERIMENT, LOGGED_MODEL, PARAM, RUN, TAG


class ExperimentHead(NamedTuple):
    """What the protocols tell of a run's experiment, under the names of `Experiment`."""

    number: int
    artifact_location: str


class RunHead(NamedTuple):
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
    experiment: ExperimentHead


_COLUMNS = ", ".join(
    [
        *(f"{RUN}.{name}" for name in RunHead._fields[:-1]),
        *(f"{EXPERIMENT}.{name}" for name in ExperimentHead._fields),
        "parent.run_id",
    ]
)
READ_RUNS = f"""
SELECT {_COLUMNS} FROM {RUN}
JOIN {EXPERIMENT} ON {EXPERIMENT}.id = {RUN}.experiment_id
LEFT JOIN {RUN} AS parent ON parent.id = {RUN}.parent_id
WHERE {RUN}.id {LIST}
"""
READ_PARAMS = f"SELECT run_id, key, value FROM {PARAM} WHERE run_id {LIST} ORDER BY run_id, key"
READ_TAGS = f"SELECT run_id, key, value FROM {TAG} WHERE run_id {LIST} ORDER BY run_id, key"
READ_LATEST = f"""
SELECT run_id, key, last, last_ms, last_step FROM {SERIES}
JOIN {METRIC} ON {METRIC}.id = metric_id
WHERE run_id {LIST} AND "column" = '' ORDER BY run_id, key
"""
FIND_DATASETS = f"SELECT id FROM {DATASET} WHERE run_id {LIST} ORDER BY id"
READ_MODELS = f"""
SELECT source_run_id, model_id FROM {LOGGED_MODEL} WHERE source_run_id {LIST} ORDER BY id
"""


class LatestValue(NamedTuple):
    """The last point of a metric by (step, time, value). `value` None is NaN."""

    key: str
    value: float | None
    ms: int
    step: int


@dataclass
class WholeRun:
    """A run with its params, tags and latest metric values, each sorted by key, the data sets it
    has read, the ids of the models it has made, and the public name of its parent."""

    run: Run | RunHead
    params: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str | None] = field(default_factory=dict)
    metrics: list[LatestValue] = field(default_factory=list)
    datasets: list[DatasetInput] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    parent: str = ""


def read_whole_runs(ids: Sequence[int]) -> list[WholeRun]:
    """Return the runs with these keys in this order.

    Six queries; one more where data sets were read.
    """
    with open_cursor() as cursor:
        wanted = (cursor.list(ids),)
        found = _read_runs(cursor, wanted)
        for run, key, value in cursor.read(READ_PARAMS, wanted):
            found[run].params.append((key, value))
        for run, key, value in cursor.read(READ_TAGS, wanted):
            found[run].tags[key] = value
        for run, *point in cursor.read(READ_LATEST, wanted):
            found[run].metrics.append(LatestValue(*point))
        for run, model in cursor.read(READ_MODELS, wanted):
            found[run].models.append(model)
        datasets = [row[0] for row in cursor.read(FIND_DATASETS, wanted)]
    for dataset in DatasetInput.objects.filter(id__in=datasets).order_by("id") if datasets else ():
        found[dataset.run_id].datasets.append(dataset)
    return [found[key] for key in ids if key in found]


def _read_runs(cursor: Cursor, wanted: Sequence[object]) -> dict[int, WholeRun]:
    found = {}
    for *head, number, location, parent in cursor.read(READ_RUNS, wanted):
        run = RunHead(*head, ExperimentHead(number, location))
        found[run.id] = WholeRun(run, parent=parent or "")
    return found
