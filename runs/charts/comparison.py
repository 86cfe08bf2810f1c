"""Runs side by side: what differs first, with the distance to a baseline."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.metrics.models import Series
from runs.tracking.models import Param, Property, Run, RunTag
from runs.tracking.queries import runs_named
from runs.tracking.sources import read_source
from runs.workspaces.models import Workspace

Value = str | float | None


@dataclass(frozen=True)
class ComparedCell:
    """A value of one run, and its distance to the baseline's where both are numbers."""

    value: Value
    delta: float | None = None


@dataclass(frozen=True)
class ComparedRow:
    """One key over all runs, in the order of the runs."""

    key: str
    note: str
    cells: list[ComparedCell]

    @property
    def differs(self) -> bool:
        return len({repr(cell.value) for cell in self.cells}) > 1


@dataclass(frozen=True)
class Section:
    """Rows of one kind, those that differ first."""

    title: str
    rows: list[ComparedRow]

    @property
    def different(self) -> int:
        return sum(row.differs for row in self.rows)


@dataclass(frozen=True)
class Comparison:
    """The runs compared, and what they are compared in."""

    runs: list[Run]
    baseline: int
    sections: list[Section] = field(default_factory=list)


def compare_runs(*, workspace: Workspace, run_ids: Sequence[str], baseline: str) -> Comparison:
    """Compare runs in the order given; ids that do not exist are left out. Five queries.

    `baseline` is the run distances are measured from; the first one where it is not among them.
    """
    found = runs_named(workspace, run_ids).select_related("experiment")
    by_id = {run.run_id: run for run in found}
    runs = [by_id[run_id] for run_id in dict.fromkeys(run_ids) if run_id in by_id]
    place = next((i for i, run in enumerate(runs) if run.run_id == baseline), 0)
    tags = read_notes(RunTag, runs)
    readers: list[tuple[str, Callable[[list[Run]], Table]]] = [
        ("Run", lambda runs: read_fields(runs) | read_sources(runs, tags)),
        ("Parameters", lambda runs: read_notes(Param, runs)),
        ("Metrics", read_metrics),
        ("Tags", lambda _: tags),
        ("Properties", lambda runs: read_notes(Property, runs)),
    ]
    sections = [make_section(title, read(runs), runs, place) for title, read in readers]
    return Comparison(runs, place, [section for section in sections if section.rows])


Table = dict[tuple[str, str], dict[int, Value]]


def read_fields(runs: list[Run]) -> Table:
    fields: dict[str, Callable[[Run], Value]] = {
        "Experiment": lambda run: run.experiment.name,
        "Status": lambda run: run.status,
        "Submitted by": lambda run: run.submitted_by,
        "Compute": lambda run: run.target,
        "Duration (s)": seconds_of,
    }
    return {(name, ""): {run.id: read(run) for run in runs} for name, read in fields.items()}


def read_sources(runs: list[Run], tags: Table) -> Table:
    """What is known of the code of each run, whichever client said it."""
    table: Table = {}
    for run in runs:
        own = {key: str(values[run.id]) for (key, _), values in tags.items() if run.id in values}
        for _, label, text in read_source(run.source, own).lines():
            table.setdefault((label, ""), {})[run.id] = text
    return table


def seconds_of(run: Run) -> float | None:
    if run.started_ms is None or run.ended_ms is None:
        return None
    return (run.ended_ms - run.started_ms) / 1000


def read_notes(model: type[Param] | type[RunTag] | type[Property], runs: list[Run]) -> Table:
    table: Table = {}
    rows = model.objects.filter(run__in=runs).order_by("key")
    for run, key, value in rows.values_list("run", "key", "value"):
        table.setdefault((key, ""), {})[run] = "" if value is None else value
    return table


def read_metrics(runs: list[Run]) -> Table:
    """Each metric as its last, lowest and highest value; once where all runs logged it once."""
    rows = list(
        Series.objects.filter(run__in=runs, metric__column="")
        .order_by("metric__key")
        .values_list("run", "metric__key", "n", "last", "min", "max")
    )
    repeated = {key for _, key, n, *_ in rows if n > 1}
    table: Table = {}
    for run, key, _, *values in rows:
        for note, value in zip(("last", "min", "max"), values, strict=True):
            if key in repeated or note == "last":
                shown = math.nan if value is None else value
                table.setdefault((key, note if key in repeated else ""), {})[run] = shown
    return table


def make_section(title: str, table: Table, runs: list[Run], baseline: int) -> Section:
    rows = [
        ComparedRow(key, note, make_cells([values.get(run.id) for run in runs], baseline))
        for (key, note), values in table.items()
        if any(value not in (None, "") for value in values.values())
    ]
    return Section(title, sorted(rows, key=lambda row: not row.differs))


def make_cells(values: Sequence[Value], baseline: int) -> list[ComparedCell]:
    base = number_of(values[baseline])
    return [
        ComparedCell(value, None if i == baseline else distance(number_of(value), base))
        for i, value in enumerate(values)
    ]


def number_of(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def distance(number: float | None, base: float | None) -> float | None:
    return None if number is None or base is None else number - base


def count_differences(sections: Iterable[Section]) -> int:
    return sum(section.different for section in sections)
