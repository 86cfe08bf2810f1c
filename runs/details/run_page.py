"""Everything the page of one run shows, whichever room keeps it."""

from dataclasses import dataclass

from runs.artifacts.disk import Usage, usage_of_runs
from runs.artifacts.snapshots.queries import find_snapshot
from runs.details.reading import RunPart, read_parts_of
from runs.metrics.models import Series, TextValue
from runs.metrics.queries import read_summaries
from runs.metrics.summaries import Summary
from runs.tracking.client_tags import is_client_tag, without_client_tags
from runs.tracking.models import DatasetInput, Run, RunEdit, StatusChange

DETAILS = (
    RunPart.PARAMS,
    RunPart.TAGS,
    RunPart.PROPERTIES,
    RunPart.DATASETS,
    RunPart.HISTORY,
    RunPart.EDITS,
)


@dataclass(frozen=True)
class RunMetric:
    """One metric of a run. `low` and `high` are None where no value was a number."""

    key: str
    column: str
    summary: Summary

    @property
    def name(self) -> str:
        return f"{self.key}.{self.column}" if self.column else self.key

    @property
    def low(self) -> float | None:
        return None if self.summary.min_step is None else self.summary.min

    @property
    def high(self) -> float | None:
        return None if self.summary.max_step is None else self.summary.max


@dataclass(frozen=True)
class RunHead:
    """What the head of every tab shows; `tags` are those of users."""

    run: Run
    parent: Run | None
    children: int
    metrics: int
    snapshot_files: int | None
    tags: list[tuple[str, str | None]]


@dataclass(frozen=True)
class RunDetails:
    """What the tab Details shows. `tags` are those of users, `client_tags` those of clients."""

    params: list[tuple[str, str]]
    texts: list[TextValue]
    tags: list[tuple[str, str | None]]
    client_tags: list[tuple[str, str | None]]
    properties: list[tuple[str, str]]
    datasets: list[DatasetInput]
    usage: Usage
    history: list[StatusChange | RunEdit]


def read_head(run: Run) -> RunHead:
    """Five queries, four for a run without a parent."""
    snapshot = find_snapshot(run)
    [record] = read_parts_of([run], [RunPart.CHILDREN, RunPart.TAGS])
    return RunHead(
        run=run,
        parent=run.parent,
        children=record.children,
        metrics=Series.objects.filter(run=run).count(),
        snapshot_files=snapshot and snapshot.file_count,
        tags=without_client_tags(record.tags.items()),
    )


def read_details(run: Run) -> RunDetails:
    """Eight queries, nine where the run has read data sets."""
    [record] = read_parts_of([run], DETAILS)
    tags = list(record.tags.items())
    return RunDetails(
        params=list(record.params.items()),
        texts=latest_texts(run),
        tags=without_client_tags(tags),
        client_tags=[(key, value) for key, value in tags if is_client_tag(key)],
        properties=list(record.properties.items()),
        datasets=sorted(record.datasets, key=lambda one: (one.name, one.digest)),
        usage=usage_of_runs([run.pk])[run.pk],
        history=sorted([*record.history, *record.edits], key=lambda line: line.at_ms),
    )


def list_tags(run: Run) -> list[tuple[str, str | None]]:
    """The tags of a run, those of clients too, by name. One query."""
    [record] = read_parts_of([run], [RunPart.TAGS])
    return list(record.tags.items())


def list_run_metrics(run: Run, *, below: str = "") -> list[RunMetric]:
    """The metrics of a run by name, or those whose names begin with `below`. One query, whatever
    their number; two with `below`."""
    keys = None
    if below:
        series = Series.objects.filter(run=run, metric__key__startswith=below)
        keys = list(series.values_list("metric__key", flat=True).distinct())
    rows = read_summaries([run.id], keys).items() if keys != [] else ()
    found = [RunMetric(key, column, summary) for (_, key, column), summary in rows]
    return sorted(found, key=lambda row: (row.key.casefold(), row.key, row.column))


def latest_texts(run: Run) -> list[TextValue]:
    """The last text of each metric that logs texts."""
    rows = TextValue.objects.filter(run=run).select_related("metric").order_by("step", "ms", "id")
    return sorted({row.metric_id: row for row in rows}.values(), key=lambda row: row.metric.key)
