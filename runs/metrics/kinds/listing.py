"""Which metrics a run has, of which kinds, and the form each is shown in.

A metric logged once is a value, more often a line; a row or a table is a line over its first
column; a text is text; images and documents have forms of their own.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Subquery

from runs.metrics.models import Metric, MetricArtifact, MetricShape, Series, TextValue
from runs.metrics.queries import read_summaries
from runs.metrics.summaries import Summary
from runs.tracking.models import Run


@dataclass(frozen=True)
class LastText:
    """The latest of the texts of a metric (or a column), and how many there are."""

    n: int
    value: str
    step: int
    ms: int


@dataclass(frozen=True)
class MetricKind:
    """A metric of a run under one of its kinds.

    `kind` is what it was logged as: scalar, list, string, row, table, image or a document.
    `form` is value, line, text, columns (a line over the first column), table (no numbers to
    draw), or the kind itself. `columns` are in the order they were logged in.
    """

    key: str
    kind: str
    form: str
    n: int
    columns: list[str] = field(default_factory=list)
    numbers: dict[str, Summary] = field(default_factory=dict)
    texts: dict[str, LastText] = field(default_factory=dict)
    artifact: MetricArtifact | None = None


@dataclass(frozen=True)
class KindPage:
    """The kinds of some metrics; `next` is the name of the last one where there are more."""

    items: list[MetricKind]
    next: str | None


def list_kinds_page(run: Run, *, after: str = "", limit: int = 1000) -> KindPage:
    """Return the kinds of the first `limit` metrics whose names come after `after`. Seven
    queries."""
    names = list_metric_names(run)
    start = bisect_right(names, after)
    shown = names[start : start + limit]
    more = shown[-1] if len(names) > start + limit else None
    return KindPage(list_kinds(run, shown), more)


def list_metric_names(run: Run) -> list[str]:
    """Return the names of the metrics of a run, sorted. Three queries."""
    sources = (
        Series.objects.filter(run=run).values_list("metric__key", flat=True),
        TextValue.objects.filter(run=run).values_list("metric__key", flat=True),
        MetricArtifact.objects.filter(run=run).values_list("key", flat=True),
    )
    return sorted({name for source in sources for name in source.distinct()})


def list_kinds(run: Run, keys: Sequence[str] | None = None) -> list[MetricKind]:
    """Return the metrics of a run, of all or of those named, sorted by key and kind. Four
    queries."""
    numbers: dict[str, dict[str, Summary]] = {}
    for (_, key, column), summary in read_summaries([run.id], keys).items():
        numbers.setdefault(key, {})[column] = summary
    texts = read_last_texts(run, keys)
    named = {} if keys is None else {"key__in": keys}
    shapes = {shape.key: shape for shape in MetricShape.objects.filter(run=run, **named)}
    found = [*kinds_of_files(run, keys)]
    for key in numbers.keys() | texts.keys():
        shape = shapes.get(key)
        found += kinds_of_values(key, shape, numbers.get(key, {}), texts.get(key, {}))
    return sorted(found, key=lambda one: (one.key, one.kind))


def kinds_of_values(
    key: str,
    shape: MetricShape | None,
    numbers: dict[str, Summary],
    texts: dict[str, LastText],
) -> Iterator[MetricKind]:
    """Yield the kinds a metric has: its plain numbers, its plain texts, its columns."""
    if "" in numbers:
        is_list = shape is not None and shape.kind == MetricShape.Kind.LIST
        kind, n = "list" if is_list else "scalar", numbers[""].n
        form = "line" if is_list or n > 1 else "value"
        yield MetricKind(key, kind, form, n, numbers={"": numbers[""]})
    if "" in texts:
        yield MetricKind(key, "string", "text", texts[""].n, texts={"": texts[""]})
    named = [column for column in {**numbers, **texts} if column]
    if named:
        order = {column: i for i, column in enumerate(shape.columns if shape else [])}
        columns = sorted(named, key=lambda column: (order.get(column, len(order)), column))
        yield kind_of_columns(key, shape, columns, numbers, texts)


def kind_of_columns(
    key: str,
    shape: MetricShape | None,
    columns: list[str],
    numbers: dict[str, Summary],
    texts: dict[str, LastText],
) -> MetricKind:
    kind = shape.kind if shape and shape.kind != MetricShape.Kind.LIST else "table"
    numeric = [column for column in columns if column in numbers and column not in texts]
    return MetricKind(
        key,
        kind,
        "columns" if len(numeric) > 1 else "table",
        max(facts[column].n for facts in (numbers, texts) for column in columns if column in facts),
        columns,
        {column: numbers[column] for column in columns if column in numbers},
        {column: texts[column] for column in columns if column in texts},
    )


def kinds_of_files(run: Run, keys: Sequence[str] | None = None) -> Iterator[MetricKind]:
    """Yield the images and documents of a run by name, each with its latest one. One query."""
    named = {} if keys is None else {"key__in": keys}
    rows = MetricArtifact.objects.filter(run=run, **named).order_by("step", "ms", "id")
    groups: dict[tuple[str, str], list[MetricArtifact]] = {}
    for row in rows:
        groups.setdefault((row.key, row.kind), []).append(row)
    for (key, kind), group in groups.items():
        yield MetricKind(key, kind, kind, len(group), artifact=group[-1])


def list_artifacts(run: Run, *, key: str = "", kind: str = "") -> list[MetricArtifact]:
    """Return the images and documents of a run, of one metric or kind where it is named, by step.

    One query.
    """
    rows = MetricArtifact.objects.filter(run=run)
    rows = rows.filter(key=key) if key else rows
    rows = rows.filter(kind=kind) if kind else rows
    return sorted(rows, key=lambda row: (row.key, row.step, row.ms, row.id))


def read_last_texts(run: Run, keys: Sequence[str] | None = None) -> dict[str, dict[str, LastText]]:
    """Return the last text of each metric and column of a run. One query."""
    of_metric = TextValue.objects.filter(run=run, metric=OuterRef("pk"))
    last = of_metric.order_by("-step", "-ms", "-id")
    named = {} if keys is None else {"key__in": keys}
    metrics = Metric.objects.filter(text_values__run=run, **named).annotate(
        count=Count("text_values"),
        last_value=Subquery(last.values("value")[:1]),
        last_step=Subquery(last.values("step")[:1]),
        last_ms=Subquery(last.values("ms")[:1]),
    )
    texts: dict[str, dict[str, LastText]] = {}
    for row in metrics:
        text = LastText(row.count, row.last_value, row.last_step, row.last_ms)
        texts.setdefault(row.key, {})[row.column] = text
    return texts
