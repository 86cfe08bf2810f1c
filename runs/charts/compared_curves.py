"""Curves and matrices that several runs logged as tables and documents: ROC and the like."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from runs.metrics.models import MetricArtifact, MetricShape, Series
from runs.tracking.models import Run

MOST_LINES = 6
DRAWN_KINDS = ("accuracy_table", "confusion_matrix")


@dataclass(frozen=True)
class TableCurve:
    """A column of the table `key` over its first one: `y` and `x` as charts name them; the runs
    that have it."""

    key: str
    y: str
    x: str
    run_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TableCurves:
    """The curves of tables, and by the key of a table how many columns it has beside the first one
    where not all are drawn."""

    drawn: list[TableCurve]
    cut: dict[str, int]


@dataclass(frozen=True)
class ComparedDiagram:
    """A document of one kind, and the runs that have it."""

    key: str
    form: str
    run_ids: list[str] = field(default_factory=list)


def read_table_curves(runs: Sequence[Run]) -> TableCurves:
    """Return the curves of the tables of runs, those of most runs first: at most six columns of a
    table are drawn over the first one. Two queries."""
    ids = {run.id: run.run_id for run in runs}
    numeric = set(
        Series.objects.filter(run__in=runs)
        .exclude(metric__column="")
        .values_list("run", "metric__key", "metric__column")
    )
    curves: dict[tuple[str, str], TableCurve] = {}
    cut: dict[str, int] = {}
    shapes = MetricShape.objects.filter(run__in=runs).exclude(kind=MetricShape.Kind.LIST)
    for run, key, columns in shapes.order_by("key", "run").values_list("run", "key", "columns"):
        drawn = [column for column in columns if (run, key, column) in numeric]
        if len(drawn) < 2 or drawn[0] != columns[0]:
            continue
        if len(drawn) > MOST_LINES + 1:
            cut[key] = max(cut.get(key, 0), len(drawn) - 1)
        for column in drawn[1 : MOST_LINES + 1]:
            name, x = f"{key}.{column}", f"metrics.{key}.{drawn[0]}"
            curves.setdefault((name, x), TableCurve(key, name, x)).run_ids.append(ids[run])
    return TableCurves(sorted(curves.values(), key=lambda curve: -len(curve.run_ids)), cut)


def read_diagrams(runs: Sequence[Run]) -> list[ComparedDiagram]:
    """Return the accuracy tables and confusion matrices of runs. One query."""
    ids = {run.id: run.run_id for run in runs}
    logged = MetricArtifact.objects.filter(run__in=runs, kind__in=DRAWN_KINDS)
    found: dict[tuple[str, str], ComparedDiagram] = {}
    rows = logged.order_by("kind", "key").values_list("kind", "key", "run").distinct()
    for form, key, run in rows:
        found.setdefault((form, key), ComparedDiagram(key, form)).run_ids.append(ids[run])
    return list(found.values())
