"""Runs with everything written beside them: what a client gets when it asks for a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from runs.metrics.database import LIST, Cursor, open_cursor
from runs.tracking.models import DatasetInput, Experiment, Run

# What no protocol tells of a run, of an experiment beside one.
LEFT_OUT = frozenset({"source", "error", "target", "status_reason"})
OF_EXPERIMENT = frozenset(
    {"id", "workspace_id", "number", "name", "artifact_location", "lifecycle"}
)
# In the order of the models' fields, as `from_db` wants them.
RUN_FIELDS = tuple(
    field.attname for field in Run._meta.concrete_fields if field.attname not in LEFT_OUT
)
EXPERIMENT_FIELDS = tuple(
    field.attname for field in Experiment._meta.concrete_fields if field.attname in OF_EXPERIMENT
)
_RUN_COLUMNS = ", ".join(f"runs_run.{name}" for name in RUN_FIELDS)
_EXPERIMENT_COLUMNS = ", ".join(f"runs_experiment.{name}" for name in EXPERIMENT_FIELDS)

READ_RUNS = f"""
SELECT parent.run_id, {_RUN_COLUMNS}, {_EXPERIMENT_COLUMNS} FROM runs_run
JOIN runs_experiment ON runs_experiment.id = runs_run.experiment_id
LEFT JOIN runs_run AS parent ON parent.id = runs_run.parent_id
WHERE runs_run.id {LIST}
"""
READ_PARAMS = f"SELECT run_id, key, value FROM runs_param WHERE run_id {LIST} ORDER BY run_id, key"
READ_TAGS = f"SELECT run_id, key, value FROM runs_runtag WHERE run_id {LIST} ORDER BY run_id, key"
READ_LATEST = f"""
SELECT run_id, key, last, last_ms, last_step FROM runs_series
JOIN runs_metric ON runs_metric.id = metric_id
WHERE run_id {LIST} AND "column" = '' ORDER BY run_id, key
"""
FIND_DATASETS = f"SELECT id FROM runs_datasetinput WHERE run_id {LIST} ORDER BY id"
READ_MODELS = f"""
SELECT source_run_id, model_id FROM runs_loggedmodel WHERE source_run_id {LIST} ORDER BY id
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

    run: Run
    params: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str | None] = field(default_factory=dict)
    metrics: list[LatestValue] = field(default_factory=list)
    datasets: list[DatasetInput] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    parent: str = ""


def read_whole_runs(ids: Sequence[int]) -> list[WholeRun]:
    """Return the runs with these keys in this order, with the fields in `RUN_FIELDS`.

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
    experiments: dict[int, Experiment] = {}
    width = len(RUN_FIELDS)
    for parent, *values in cursor.read(READ_RUNS, wanted):
        run = Run.from_db(connection.alias, RUN_FIELDS, values[:width])
        if run.experiment_id not in experiments:
            row = Experiment.from_db(connection.alias, EXPERIMENT_FIELDS, values[width:])
            experiments[run.experiment_id] = row
        run.experiment = experiments[run.experiment_id]
        found[run.id] = WholeRun(run, parent=parent or "")
    return found
