"""Runs with everything written beside them: what a client gets when it asks for a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from runs.metrics.models import Series
from runs.tracking.logged_models import models_of_runs
from runs.tracking.models import DatasetInput, Param, Run, RunTag


class LatestValue(NamedTuple):
    """The last point of a metric by (step, time, value). `value` None is NaN."""

    key: str
    value: float | None
    ms: int
    step: int


@dataclass
class WholeRun:
    """A run with its params, tags and latest metric values, each sorted by key, the data sets it
    has read and the ids of the models it has made."""

    run: Run
    params: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str | None] = field(default_factory=dict)
    metrics: list[LatestValue] = field(default_factory=list)
    datasets: list[DatasetInput] = field(default_factory=list)
    models: list[str] = field(default_factory=list)


def read_whole_runs(ids: Sequence[int]) -> list[WholeRun]:
    """Return the runs with these keys in this order. Six queries.

    Ask for at most some hundreds at once: the keys travel as parameters of a query.
    """
    found = Run.objects.select_related("experiment", "parent").in_bulk(list(ids))
    wholes = {key: WholeRun(found[key]) for key in ids if key in found}
    rows = Param.objects.filter(run__in=wholes).order_by("run", "key")
    for run, key, value in rows.values_list("run", "key", "value"):
        wholes[run].params.append((key, value))
    tags = RunTag.objects.filter(run__in=wholes).order_by("run", "key")
    for run, key, text in tags.values_list("run", "key", "value"):
        wholes[run].tags[key] = text
    series = Series.objects.filter(run__in=wholes, metric__column="").order_by("run", "metric__key")
    for run, *point in series.values_list("run", "metric__key", "last", "last_ms", "last_step"):
        wholes[run].metrics.append(LatestValue(*point))
    for dataset in DatasetInput.objects.filter(run__in=wholes).order_by("id"):
        wholes[dataset.run_id].datasets.append(dataset)
    for model in models_of_runs(wholes):
        wholes[model.source_run_id].models.append(model.model_id)
    return list(wholes.values())
