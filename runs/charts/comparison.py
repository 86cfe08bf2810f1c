"""Runs side by side: what differs first, with the distance to a baseline."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.details.reading import RunPart, RunRecord, read_parts_of
from runs.metrics.meanings import Direction, direction_of, usage_rank
from runs.metrics.models import Series
from runs.tracking.client_tags import is_client_tag
from runs.tracking.durations import span_of
from runs.tracking.models import Run
from runs.tracking.sources import read_source

DURATION = "Duration"
COMMIT = "Commit"
NOTE_PARTS = (RunPart.PARAMS, RunPart.TAGS, RunPart.PROPERTIES)

Value = str | float | None
# By (key, note), then by the key of the run.
Table = dict[tuple[str, str], dict[int, Value]]


@dataclass(frozen=True)
class ComparedCell:
    """A value of one run, and its distance to the baseline's where both are numbers."""

    value: Value
    delta: float | None = None
    is_best: bool = False


@dataclass(frozen=True)
class ComparedRow:
    """One key over all runs, in the order of the runs. `goal` is the direction of the best value,
    None where there is none. `is_span`: the numbers are lengths of time in seconds; `is_commit`:
    the values are commits, which their first signs tell apart."""

    key: str
    note: str
    cells: list[ComparedCell]
    goal: Direction | None = None
    is_span: bool = False
    is_commit: bool = False

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
class RunComparison:
    """The runs compared, and what they are compared in."""

    runs: list[Run]
    baseline: int
    sections: list[Section] = field(default_factory=list)


def compare_runs(*, runs: list[Run], baseline: int = 0) -> RunComparison:
    """Compare runs, whose experiments are read with them, in this order; distances are measured
    from the run at `baseline`. Four queries."""
    records = read_parts_of(runs, NOTE_PARTS)
    tags = notes_of(records, RunPart.TAGS)
    tables = {
        "Run": read_fields(runs) | read_sources(records),
        "Parameters": notes_of(records, RunPart.PARAMS),
        "Metrics": read_metrics(runs),
        "Tags": {name: row for name, row in tags.items() if not is_client_tag(name[0])},
        "Properties": notes_of(records, RunPart.PROPERTIES),
    }
    return RunComparison(runs, baseline, make_sections(tables, runs, baseline))


def make_sections(tables: dict[str, Table], runs: list[Run], baseline: int) -> list[Section]:
    """The sections of these titles; those without any value are left out."""
    made = [make_section(title, table, runs, baseline) for title, table in tables.items()]
    return [section for section in made if section.rows]


def read_origins(runs: list[Run]) -> Table:
    """What is known of the code of each run: script, commit and so on. One query."""
    return read_sources(read_parts_of(runs, [RunPart.TAGS]))


def read_fields(runs: list[Run]) -> Table:
    fields: dict[str, Callable[[Run], Value]] = {
        "Experiment": lambda run: run.experiment.name,
        "Status": lambda run: run.status,
        "Submitted by": lambda run: run.submitted_by,
        "Compute": lambda run: run.target,
        DURATION: lambda run: span_of(run).seconds,
    }
    return {(name, ""): {run.id: read(run) for run in runs} for name, read in fields.items()}


def read_sources(records: Sequence[RunRecord]) -> Table:
    """What is known of the code of each run, whichever client said it."""
    table: Table = {}
    for record in records:
        for _, label, text in read_source(record.run.source, record.tags).lines():
            table.setdefault((label, ""), {})[record.run.id] = text
    return table


def notes_of(records: Sequence[RunRecord], part: RunPart, note: str = "") -> Table:
    """The params, tags or properties of runs, by key."""
    found: dict[str, dict[int, Value]] = {}
    for record in records:
        for key, value in getattr(record, part.value).items():
            found.setdefault(key, {})[record.run.id] = "" if value is None else value
    return {(key, note): found[key] for key in sorted(found)}


def read_metrics(runs: list[Run]) -> Table:
    """Each metric as its last and its best value, or its lowest and highest where nobody knows
    which is better; once where all runs logged it once. Those that people look at come first."""
    rows = list(
        Series.objects.filter(run__in=runs, metric__column="")
        .order_by("metric__key")
        .values_list("run", "metric__key", "n", "last", "min", "max")
    )
    repeated = {key for _, key, n, *_ in rows if n > 1}
    table: Table = {}
    for run, key, _, *values in sorted(rows, key=lambda row: usage_rank(row[1])):
        goal = direction_of(key)
        for note, value in zip(("last", "min", "max"), values, strict=True):
            if note == "last" or (key in repeated and goal in (None, note)):
                shown = math.nan if value is None else value
                table.setdefault((key, note if key in repeated else ""), {})[run] = shown
    return table


def make_section(title: str, table: Table, runs: list[Run], baseline: int) -> Section:
    rows = []
    for (key, note), values in table.items():
        if all(value in (None, "") for value in values.values()):
            continue
        goal = direction_of(key) if title == "Metrics" else None
        cells = make_cells([values.get(run.id) for run in runs], baseline, goal)
        is_span = title == "Run" and key == DURATION
        is_commit = title in ("Run", "Git") and key == COMMIT
        rows.append(ComparedRow(key, note, cells, goal, is_span, is_commit))
    return Section(title, sorted(rows, key=lambda row: not row.differs))


def make_cells(
    values: Sequence[Value], baseline: int, goal: Direction | None = None
) -> list[ComparedCell]:
    numbers = [number_of(value) for value in values]
    base, best = numbers[baseline], find_best(numbers, goal)
    return [
        ComparedCell(
            value,
            None if i == baseline else distance(numbers[i], base),
            best is not None and numbers[i] == best,
        )
        for i, value in enumerate(values)
    ]


def find_best(numbers: Sequence[float | None], goal: Direction | None) -> float | None:
    """The best of the numbers; None where they do not differ or nobody knows which is better."""
    known = {number for number in numbers if number is not None}
    if goal is None or len(known) < 2:
        return None
    return min(known) if goal == "min" else max(known)


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
