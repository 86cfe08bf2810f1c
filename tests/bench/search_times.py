"""Time the searches of the run table on a studio that `tests.bench.fill` has filled.

    STUDIO_DATA_DIR=/tmp/big python -m tests.bench.search_times [--scope all] [--only sort]

For each search the processor time of this process and of PostgreSQL's, and the shortest time by
the clock, in ms; the median of a busy machine says little. `--scope one`: the first experiment.
Values at best are read from points: without `--points 20` of `tests.bench.fill` there are none.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.fill import set_up

TICKS_PER_S = 100
BOTH = {"active", "archived"}
COMMON = 'metrics.loss > 0.5 and params.optimizer = "adam"'
JOINTLY_RARE = 'params.model = "model-3" and params.layers = 7 and params.batch_size = 64'

# name: filter, sort (as in a URL), number of pages before the one timed, what else
SEARCHES: dict[str, tuple[str, str, int, dict[str, Any]]] = {
    "newest": ("", "", 0, {}),
    "newest, page 50": ("", "", 50, {}),
    "newest, active and archived": ("", "", 0, {"lifecycles": BOTH}),
    "newest, without children": ("", "", 0, {"include_children": False}),
    "newest, mine": ("", "", 0, {"submitter": "user-3"}),
    "sort loss": ("", "-metrics.loss", 0, {}),
    "sort loss, page 50": ("", "-metrics.loss", 50, {}),
    "sort loss.min": ("", "metrics.loss.min", 0, {}),
    "sort loss.mean": ("", "metrics.loss.mean", 0, {}),
    "sort params.lr": ("", "params.lr", 0, {}),
    "sort params.note (all differ)": ("", "params.note", 0, {}),
    "sort params.optimizer (3 values)": ("", "params.optimizer", 0, {}),
    "sort params.optimizer, loss": ("", "params.optimizer,metrics.loss", 0, {}),
    "sort params.dataset (1 value)": ("", "params.dataset", 0, {}),
    "sort tags.quality (1 in 10)": ("", "tags.quality", 0, {}),
    "sort number": ("", "-run.number", 0, {}),
    "sort created": ("", "-run.created", 0, {}),
    "sort name": ("", "run.name", 0, {}),
    "sort duration": ("", "-run.duration", 0, {}),
    "filter common, sort loss": (COMMON, "-metrics.loss", 0, {}),
    "filter common, sort loss, page 20": (COMMON, "-metrics.loss", 20, {}),
    "filter status": ("status = Failed", "", 0, {}),
    "filter rare tag": ("tags.rare = yes", "", 0, {}),
    "filter rare tag, sort loss": ("tags.rare = yes", "metrics.loss", 0, {}),
    "filter or": ("tags.rare = yes or metrics.loss > 1.97", "metrics.loss", 0, {}),
    "filter jointly rare, sort loss": (JOINTLY_RARE, "metrics.loss", 0, {}),
    "filter not": ("not tags.rare = yes", "", 0, {}),
    "filter missing key, sort loss": ("tags.quality is null", "metrics.loss", 0, {}),
    "filter regex, 1 in 256": ('params.note ~ "ff$"', "", 0, {}),
    "filter regex, none": ('params.note ~ "zzz$"', "", 0, {}),
    "filter name like": ('name like "run-9999%"', "", 0, {}),
}
# name: filter, sort; the goal is the least loss.
AT_BEST = {
    "sort accuracy at best": ("", "-metrics.accuracy.best"),
    "filter common, sort at best": ("params.optimizer = adam", "metrics.accuracy.best"),
    "filter accuracy at best": ("metrics.accuracy.best < 0.1", ""),
}
COUNTS: dict[str, tuple[str, dict[str, Any]]] = {
    "count all": ("", {}),
    "count without children": ("", {"include_children": False}),
    "count status": ("status = Failed", {}),
    "count rare": ("tags.rare = yes", {}),
    "count one in three": ("params.optimizer = adam", {}),
    "count common": (COMMON, {}),
}


@dataclass(frozen=True)
class Time:
    """What one call costs: processor time, and the shortest time by the clock."""

    cpu_ms: float
    least_ms: float


def used_s(backend: int | None) -> float:
    """Return the processor time used so far by this process and by PostgreSQL's."""
    used = time.process_time()
    if backend is not None:
        words = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        used += (int(words[11]) + int(words[12])) / TICKS_PER_S
    return used


def measure(call: Callable[[], Any], backend: int | None, least_s: float = 0.15) -> Time:
    """Call at least five times, and long enough for the clock of the processor to tell."""
    call()
    times: list[float] = []
    before = used_s(backend)
    while len(times) < 5 or (used_s(backend) - before < least_s and sum(times) < 5):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return Time((used_s(backend) - before) / len(times) * 1000, min(times) * 1000)


def searches(experiments: Sequence[Any] | None) -> dict[str, Callable[[], Any]]:
    """Return what is timed: pages, counts, groups and names."""
    from runs.search import Goal, Search, count_place, count_runs, parse_sort, search_runs
    from runs.tracking.filters import parse
    from runs.workspaces.models import Workspace

    where = {"workspace": Workspace.objects.get(slug="default"), "experiments": experiments}
    calls: dict[str, Callable[[], Any]] = {}
    for name, (text, sort, pages, more) in SEARCHES.items():
        what = Search(**where, filter=parse(text), sort=parse_sort(sort), **more)
        after = None
        for _ in range(pages):
            after = search_runs(what, after=after).next
        calls[name] = lambda what=what, after=after: search_runs(what, after=after)
    for name, (text, sort) in AT_BEST.items():
        order = parse_sort(sort)
        what = Search(**where, filter=parse(text), sort=order, goal=Goal("loss"))
        calls[name] = lambda what=what: search_runs(what)
    for name, (text, more) in COUNTS.items():
        what = Search(**where, filter=parse(text), **more)
        calls[name] = lambda what=what: count_runs(what)
    calls["count what runs and waits"] = lambda: count_place(Search(**where))
    return calls | summaries(where)


def summaries(where: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    from runs.search import Search
    from runs.table.columns import parse_columns
    from runs.table.differences import find_constant
    from runs.table.groups import read_groups
    from runs.table.names import list_columns, list_values
    from runs.tracking.fields import Entity
    from runs.tracking.models import Experiment

    search = Search(**where)
    chosen = where["experiments"] or Experiment.objects.filter(workspace=where["workspace"])
    ids = [one.id for one in chosen]
    metrics = parse_columns("metrics.loss,metrics.loss.min,metrics.accuracy")
    constant = parse_columns("params.dataset,metrics.loss,run.target")
    return {
        "group by 3 values, 3 columns": lambda: read_groups(
            search, fields=parse_columns("params.optimizer"), columns=metrics
        ),
        "group by 3 x 5 values": lambda: read_groups(
            search, fields=parse_columns("params.optimizer,params.batch_size"), columns=[]
        ),
        "columns that agree": lambda: find_constant(search, constant),
        "column names": lambda: list_columns(experiment_ids=ids),
        "values of a param": lambda: list_values(Entity.PARAM, "note", ids, "note 1"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scope", choices=["one", "all"], default="one")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    set_up()
    from django.db import connection

    from runs.tracking.models import Experiment

    connection.ensure_connection()
    backend = None
    if connection.vendor == "postgresql":
        backend = connection.connection.info.backend_pid
    first = Experiment.objects.filter(name__startswith="bench-").order_by("id")[:1]
    print(f"{connection.vendor}, {options.scope:30} {'cpu ms':>10} {'least ms':>10}")
    for name, call in searches(list(first) if options.scope == "one" else None).items():
        if options.only in name:
            spent = measure(call, backend)
            print(f"{name:45} {spent.cpu_ms:10.2f} {spent.least_ms:10.2f}", flush=True)


if __name__ == "__main__":
    main()
