"""What an export holds: the table as shown, or every value of the metrics."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef

from runs.metrics.kinds.rows import read_texts_page
from runs.metrics.models import Metric, TextValue
from runs.metrics.queries import read_history, read_summaries
from runs.table.columns import Column, look_of
from runs.table.export_formats import ExportField, FieldType
from runs.table.rows import TableRow
from runs.table.run_list import RunList, TableQuery, list_runs
from runs.tracking.fields import Aggregate, Entity
from runs.tracking.models import Run
from runs.workspaces.models import Workspace

PAGE_RUNS = 200
PAGE_POINTS = 50_000
ID_FIELD = ExportField("run.run_id")
HISTORY_FIELDS = (
    ID_FIELD,
    ExportField("run.name"),
    ExportField("metric"),
    ExportField("column"),
    ExportField("step", FieldType.WHOLE),
    ExportField("time", FieldType.TIME),
    ExportField("value", FieldType.NUMBER),
    ExportField("text"),
)
RUN_FIELD_TYPES = {
    "number": FieldType.WHOLE,
    "time": FieldType.TIME,
    "duration": FieldType.NUMBER,
}
Export = tuple[Sequence[ExportField], Iterator[Sequence[Any]]]


def pages(query: TableQuery) -> Iterator[RunList]:
    """Every page of a run table, its columns fixed by the first one; groups as their runs."""
    query = replace(query, group=(), after=None, limit=PAGE_RUNS)
    page = list_runs(query)
    yield page
    query = replace(query, columns=tuple(page.columns), only_differences=False)
    while page.next:
        page = list_runs(replace(query, after=page.next))
        yield page


def rows_of(first: RunList, others: Iterator[RunList]) -> Iterator[TableRow]:
    yield from first.rows
    for page in others:
        yield from page.rows


def export_table(query: TableQuery) -> Export:
    """Fields and rows of the table over all matching runs. Raises FilterError at once."""
    all_pages = pages(query)
    first = next(all_pages)
    shown = [(i, column) for i, column in enumerate(first.columns) if column.id != ID_FIELD.name]
    texts = find_texts(
        query.search.workspace,
        [column.key for _, column in shown if column.entity is Entity.METRIC],
    )
    fields = [ID_FIELD, *(ExportField(one.id, export_type(one, texts)) for _, one in shown)]
    flatten = [(i, flattener_of(column)) for i, column in shown]
    rows = rows_of(first, all_pages)
    return fields, ([row.run.run_id, *(flat(row.cells[i]) for i, flat in flatten)] for row in rows)


def find_texts(workspace: Workspace, keys: Sequence[str]) -> set[str]:
    """Which metrics have texts in the workspace. One query."""
    logged = TextValue.objects.filter(metric=OuterRef("pk"))
    found = Metric.objects.filter(Exists(logged), experiment__workspace=workspace, key__in=keys)
    return set(found.values_list("key", flat=True))


def export_type(column: Column, texts: set[str]) -> FieldType:
    if column.entity is Entity.RUN:
        return RUN_FIELD_TYPES.get(look_of(column), FieldType.TEXT)
    if (
        column.entity is not Entity.METRIC
        or column.aggregate is Aggregate.TREND
        or column.key in texts
    ):
        return FieldType.TEXT
    return FieldType.WHOLE if column.aggregate is Aggregate.COUNT else FieldType.NUMBER


def flattener_of(column: Column) -> Callable[[Any], Any]:
    """How the cells of a column become one number or text: a duration is seconds, up to now for a
    run that goes on; a status is its word, a parent its run id; tags are a JSON object, a trend a
    JSON array."""
    if column.aggregate is Aggregate.TREND:
        return lambda cell: cell and as_json(cell)
    return FLATTENERS.get(column.key, as_is) if column.entity is Entity.RUN else as_is


def as_is(cell: Any) -> Any:
    return cell


def as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def run_id_of(run: Run | None) -> str | None:
    return run and run.run_id


FLATTENERS: dict[str, Callable[[Any], Any]] = {
    "duration": attrgetter("seconds"),
    "experiment": lambda experiment: experiment.name,
    "parent": run_id_of,
    "status": lambda status: status[0],
    "tags": lambda tags: as_json(dict(tags)),
}


def export_history(query: TableQuery) -> Export:
    """Fields, and one row for every value of every metric of the matching runs: a number in
    `value`, a text in `text`. Raises FilterError at once."""
    all_pages = pages(replace(query, columns=(), only_differences=False))
    first = next(all_pages)
    return HISTORY_FIELDS, (
        value for row in rows_of(first, all_pages) for value in values_of(row.run)
    )


def values_of(run: Run) -> Iterator[Sequence[Any]]:
    """Every value of a run: metric by metric, the numbers by (time, step), then the texts."""
    numbers = {(key, column) for _, key, column in read_summaries([run.id])}
    logged = TextValue.objects.filter(run=run)
    texts = set(logged.values_list("metric__key", "metric__column").distinct())
    for key, column in sorted(numbers | texts):
        head = (run.run_id, run.name, key, column or None)
        if (key, column) in numbers:
            for step, ms, value in numbers_of(run, key, column):
                yield [*head, step, ms, value, None]
        if (key, column) in texts:
            for text in texts_of(run, key, column):
                yield [*head, text.step, text.ms, None, text.value]


def numbers_of(run: Run, key: str, column: str) -> Iterator[tuple[int, int, float]]:
    after = None
    while True:
        page = read_history(run_id=run.id, key=key, column=column, after=after, limit=PAGE_POINTS)
        yield from page.points.tolist()
        after = page.next
        if after is None:
            return


def texts_of(run: Run, key: str, column: str) -> Iterator[TextValue]:
    after = None
    while True:
        texts, after = read_texts_page(run, key=key, column=column, after=after)
        yield from texts
        if after is None:
            return


CONTENTS: dict[str, Callable[[Workspace, TableQuery], Export]] = {
    "table": export_table,
    "history": export_history,
}
