"""The metrics of a run by page: all names are read, the values only of a page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from runs.details.run_page import RunMetric
from runs.metrics.kinds.listing import MetricKind, list_kinds, list_metric_names
from runs.metrics.meanings import SYSTEM, usage_rank
from runs.metrics.queries import list_metrics_of, read_summaries
from runs.metrics.summaries import Summary
from runs.tracking.models import Run

PER_PAGE = 200
T = TypeVar("T")


@dataclass(frozen=True)
class MetricPage(Generic[T]):
    """The metrics from number `first` on, of `total` that were found among `everything`."""

    items: list[T]
    first: int
    total: int
    everything: int

    @property
    def stop(self) -> int:
        return min(self.first + PER_PAGE, self.total)

    @property
    def before(self) -> int | None:
        return max(0, self.first - PER_PAGE) if self.first else None

    @property
    def after(self) -> int | None:
        return self.stop if self.stop < self.total else None


@dataclass(frozen=True)
class ListedMetric:
    """What was logged under one name, of one kind or several."""

    name: str
    kinds: tuple[MetricKind, ...]

    @property
    def summary(self) -> Summary | None:
        """The summary of its plain numbers."""
        return next((kind.numbers[""] for kind in self.kinds if "" in kind.numbers), None)

    @property
    def is_curve(self) -> bool:
        return self.summary is not None and self.summary.n > 1

    @property
    def place(self) -> int:
        """Where its card stands among others, those that people look at most first."""
        measure, part = usage_rank(self.name)
        return 10 * measure + part

    @property
    def words(self) -> list[str]:
        """The kinds beside plain numbers, as a person says them."""
        return [kind.kind.replace("_", " ") for kind in self.kinds if "" not in kind.numbers]


def read_metric_page(
    run: Run, *, text: str = "", first: int = 0
) -> tuple[MetricPage[RunMetric], MetricPage[RunMetric]]:
    """Return a page of the metrics whose names hold `text`, those that people look at most first,
    and the first of those that the monitor logs. Two queries."""
    names = sorted(
        list_metrics_of([run.id]), key=lambda one: (usage_rank(one[0]), one[0].casefold(), *one)
    )
    plain = [one for one in names if not one[0].startswith(SYSTEM)]
    system = [one for one in names if one[0].startswith(SYSTEM)]
    found = [one for one in plain if _holds(".".join(filter(None, one)), text)]
    shown, monitored = found[first : first + PER_PAGE], system[:PER_PAGE]
    keys = list({key for key, _ in (*shown, *monitored)})
    summaries = read_summaries([run.id], keys)

    def with_values(some: Sequence[tuple[str, str]]) -> list[RunMetric]:
        return [RunMetric(*one, summaries[run.id, *one]) for one in some]

    return (
        MetricPage(with_values(shown), first, len(found), len(plain)),
        MetricPage(with_values(monitored), 0, len(system), len(system)),
    )


def list_metric_kinds(
    run: Run, *, text: str = "", first: int = 0, chosen: Collection[str] = ()
) -> MetricPage[ListedMetric]:
    """Return a page of what was logged under names that hold `text`, and beside it what is
    `chosen`. Seven queries."""
    names = sorted(list_metric_names(run), key=lambda name: (name.casefold(), name))
    found = [name for name in names if _holds(name, text)]
    also = set(found[first : first + PER_PAGE]) | set(list(chosen)[:PER_PAGE])
    shown = [name for name in names if name in also]
    kinds: dict[str, list[MetricKind]] = {name: [] for name in shown}
    for kind in list_kinds(run, shown):
        kinds[kind.key].append(kind)
    items = [ListedMetric(name, tuple(of)) for name, of in kinds.items()]
    return MetricPage(items, first, len(found), len(names))


def _holds(name: str, text: str) -> bool:
    return text.casefold() in name.casefold()
