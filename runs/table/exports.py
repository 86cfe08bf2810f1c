"""What an export holds: the table as shown, or every value of the metrics."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from runs.metrics.queries import read_history, read_summaries
from runs.table.columns import Column
from runs.table.rows import TableRow
from runs.table.run_list import RunList, RunQuery, list_runs
from runs.tracking.models import Experiment, Run
from runs.workspaces.models import Workspace

PAGE_RUNS = 200
PAGE_POINTS = 50_000
HISTORY_HEADER = ["run_id", "run", "metric", "step", "time_ms", "value"]


def pages(workspace: Workspace, query: RunQuery) -> Iterator[RunList]:
    """Every page of a run table, its columns fixed by the first one."""
    page = list_runs(workspace=workspace, query=replace(query, after=None, limit=PAGE_RUNS))
    yield page
    while page.next:
        query = replace(query, columns=tuple(page.columns), after=page.next, limit=PAGE_RUNS)
        page = list_runs(workspace=workspace, query=query)
        yield page


def export_table(
    workspace: Workspace, query: RunQuery
) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Header and rows of the table over all matching runs. Raises FilterError at once."""
    all_pages = pages(workspace, query)
    first = next(all_pages)
    header = ["run_id", *(title(column) for column in first.columns)]

    def rows() -> Iterator[Sequence[Any]]:
        page: RunList | None = first
        while page is not None:
            for row in page.rows:
                yield [row.run.run_id, *(flat(cell) for cell in row.cells)]
            page = next(all_pages, None)

    return header, rows()


def title(column: Column) -> str:
    return column.id.partition(".")[2] if column.kind != "run" else column.key


def flat(cell: Any) -> Any:
    """A cell as one number or text: a duration in seconds, a status by its word."""
    if isinstance(cell, Experiment | Run):
        return cell.name
    if isinstance(cell, list) and cell and isinstance(cell[0], float):
        return " ".join(f"{value:g}" for value in cell)
    if isinstance(cell, list):
        return "; ".join(key if value is None else f"{key}={value}" for key, value in cell)
    if isinstance(cell, tuple):
        return flat_pair(cell)
    return cell


def flat_pair(pair: tuple[Any, Any]) -> Any:
    first, second = pair
    if isinstance(first, str):
        return first
    return None if first is None or second is None else (second - first) / 1000


def export_history(
    workspace: Workspace, query: RunQuery
) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Header and one row for every point of every metric of the matching runs."""
    all_pages = pages(workspace, query)
    first = next(all_pages)

    def rows() -> Iterator[Sequence[Any]]:
        page: RunList | None = first
        while page is not None:
            for row in page.rows:
                yield from run_points(row)
            page = next(all_pages, None)

    return HISTORY_HEADER, rows()


def run_points(row: TableRow) -> Iterator[Sequence[Any]]:
    keys = sorted({key for _, key, column in read_summaries([row.run.id]) if not column})
    for key in keys:
        after = None
        while True:
            page = read_history(run_id=row.run.id, key=key, after=after, limit=PAGE_POINTS)
            for step, ms, value in page.points.tolist():
                yield [row.run.run_id, row.run.name, key, step, ms, value]
            after = page.next
            if after is None:
                break


CONTENTS = {"table": export_table, "history": export_history}
