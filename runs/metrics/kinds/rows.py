"""The rows of a metric with columns, and the texts of a metric, page by page."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from runs.metrics.kinds.listing import MetricKind, list_kinds
from runs.metrics.models import TextValue
from runs.metrics.queries import find_series_ids, read_points
from runs.tracking.errors import NotFound
from runs.tracking.models import Run

Cell = float | str
WINDOW_GROWTH = 4


@dataclass(frozen=True)
class LoggedRow:
    """A row: the cells that are there, by column; of several at one step the latest."""

    step: int
    values: dict[str, Cell]


@dataclass(frozen=True)
class RowPage:
    """Rows in the order of their steps; the next page begins after the step `next`."""

    columns: list[str]
    items: list[LoggedRow]
    next: int | None


def read_table_rows(run: Run, *, key: str, after: int | None = None, limit: int = 1000) -> RowPage:
    """Return a page of the rows of a metric that was logged in rows or as a table.

    Raises NotFound. Rows numbered without a gap are read in one round of queries, two a column;
    where steps are far apart the window grows until the page is full.
    """
    metric = find_columns(run, key)
    series = {name[2]: pk for name, pk in find_series_ids([run.id], [key]).items() if name[2]}
    first, last = edges_of(run, metric)
    start = first if after is None else after + 1
    width, rows = limit, dict[int, dict[str, Cell]]()
    while start <= last and len(rows) <= limit:
        stop = min(start + width, last)
        rows |= read_window(run, key, series, start, stop)
        start, width = stop + 1, width * WINDOW_GROWTH
    steps = sorted(rows)
    more = steps[limit - 1] if len(steps) > limit else None
    order = {column: i for i, column in enumerate(metric.columns)}
    items = [
        LoggedRow(step, dict(sorted(rows[step].items(), key=lambda cell: order[cell[0]])))
        for step in steps[:limit]
    ]
    return RowPage(metric.columns, items, more)


def find_columns(run: Run, key: str) -> MetricKind:
    """Return the metric `key` as rows or table. Raises NotFound."""
    for metric in list_kinds(run):
        if metric.key == key and metric.columns:
            return metric
    raise NotFound(f"The run has no rows or table '{key}'.")


def edges_of(run: Run, metric: MetricKind) -> tuple[int, int]:
    """Return the first and the last step of a metric with columns. One query where it has texts."""
    firsts = [summary.first_step for summary in metric.numbers.values()]
    lasts = [summary.last_step for summary in metric.numbers.values()]
    if metric.texts:
        texts = texts_of(run, metric.key).exclude(metric__column="").order_by("step")
        firsts += texts.values_list("step", flat=True)[:1]
        lasts += [text.step for text in metric.texts.values()]
    return min(firsts), max(lasts)


def texts_of(run: Run, key: str) -> QuerySet[TextValue]:
    return TextValue.objects.filter(run=run, metric__key=key)


def read_window(
    run: Run, key: str, series: dict[str, int], low: int, high: int
) -> dict[int, dict[str, Cell]]:
    """Return the cells with steps in [low, high]."""
    rows: dict[int, dict[str, Cell]] = {}
    for column, pk in series.items():
        for step, _, value in read_points(pk, low, high).tolist():
            rows.setdefault(step, {})[column] = value
    texts = texts_of(run, key).exclude(metric__column="").order_by("ms", "id")
    cells = texts.filter(step__gte=low, step__lte=high)
    for column, step, text in cells.values_list("metric__column", "step", "value"):
        rows.setdefault(step, {})[column] = text
    return rows


def read_texts_page(
    run: Run, *, key: str, column: str = "", after: int | None = None, limit: int = 1000
) -> tuple[list[TextValue], int | None]:
    """Return at most `limit` texts of a metric (or of a column) by (step, time), those after
    the text with the id `after`; and the `after` of the next page. Two queries."""
    texts = texts_of(run, key).filter(metric__column=column).order_by("step", "ms", "id")
    if after is not None:
        place = texts.filter(id=after).first()
        if place is None:
            raise NotFound("The page to go on from is not there any more.")
        later = Q(step__gt=place.step) | Q(step=place.step, ms__gt=place.ms)
        texts = texts.filter(later | Q(step=place.step, ms=place.ms, id__gt=place.id))
    found = list(texts[: limit + 1])
    more = found[limit - 1].id if len(found) > limit else None
    return found[:limit], more
