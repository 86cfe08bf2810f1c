"""The runs that are compared, in the order of the address, and links to other choices of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from runs.http.query import read_list, read_whole
from runs.tracking.models import Run
from runs.tracking.queries import runs_named
from runs.workspaces.models import Workspace

MOST_RUNS = 500
HUES, CUTS = 8, 6


@dataclass(frozen=True)
class LegendEntry:
    """A run in the legend: `slot` counts its colour, a hue from 1 to 8, and after these the same
    hues with another mark."""

    run: Run
    slot: int
    without: str

    @property
    def hue(self) -> int:
        return self.slot % HUES + 1

    @property
    def cut(self) -> int:
        """How its dot and its lines differ from others of its hue."""
        return self.slot // HUES % CUTS


@dataclass(frozen=True)
class Chosen:
    """Runs to compare. `selected` is how many the reader had selected; `base` and `other` are the
    places of the two that a tab sets against each other."""

    runs: list[Run]
    selected: int
    query: QueryDict

    @property
    def run_ids(self) -> list[str]:
        return [run.run_id for run in self.runs]

    @property
    def base(self) -> int:
        return self.place_of("base", 0)

    @property
    def other(self) -> int:
        """Another run than the base wherever there are two."""
        place = self.place_of("other", 1 if self.base == 0 else 0)
        return place if place != self.base else (1 if self.base == 0 else 0)

    def place_of(self, name: str, default: int) -> int:
        asked = self.query.get(name, "")
        found = next((i for i, run in enumerate(self.runs) if run.run_id == asked), default)
        return min(found, len(self.runs) - 1)

    def address(self, run_ids: Sequence[str] | None = None, **changed: str) -> str:
        """The query string of this comparison with other runs or another state."""
        kept = {key: value for key, value in self.query.items() if key not in ("runs", "add")}
        runs = ",".join(self.run_ids if run_ids is None else run_ids)
        return "?" + urlencode({"runs": runs, **kept, **changed}, safe=",")

    def legend(self) -> list[LegendEntry]:
        ids = self.run_ids
        return [
            LegendEntry(run, slot, self.address([one for one in ids if one != run.run_id]))
            for run, slot in zip(self.runs, choose_slots(self.runs), strict=True)
        ]


def choose_slots(runs: Sequence[Run]) -> list[int]:
    """The colours of runs, as the charts choose them: each its own hue where that is free, else the
    first free one."""
    used: set[int] = set()
    slots, free = [], 0
    for run in runs:
        while free in used:
            free += 1
        own = run.id % HUES
        slots.append(free if own in used else own)
        used.add(slots[-1])
    return slots


def read_chosen(workspace: Workspace, query: QueryDict) -> Chosen:
    """Read `?runs=a,b`; ids that do not exist are left out. One query."""
    asked = read_list(query, "runs")
    run_ids = asked[:MOST_RUNS]
    found = runs_named(workspace, run_ids).select_related("experiment")
    by_id = {run.run_id: run for run in found}
    runs = [by_id[run_id] for run_id in run_ids if run_id in by_id]
    selected = read_whole(query, "of", default=0)
    return Chosen(runs, max(selected, len(asked)), query)
