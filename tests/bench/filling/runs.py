"""Experiments, runs, params and tags."""

import time
from collections.abc import Iterator

import numpy as np

from runs.workspaces.models import Workspace
from tests.bench.filling.plan import Plan
from tests.bench.filling.tables import Row, load, next_id

PARAMS = (
    "lr", "optimizer", "batch_size", "seed", "model", "dropout", "layers", "dataset", "augment",
    "note",
)  # fmt: skip
WORDS = ("adam", "sgd", "adamw")
STATUSES = ("Completed", "Failed", "Canceled", "Running", "Queued")
SHARES = (0.86, 0.08, 0.04, 0.015, 0.005)
DAY_MS = 86_400_000


class Population:
    """The runs that are added: their keys, and the key of the experiment of each."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rng = np.random.default_rng(plan.seed)
        self.workspace = Workspace.objects.get(slug="default")
        self.now_ms = int(time.time() * 1000)
        first, home = next_id("runs_run"), next_id("runs_experiment")
        self.run_ids = list(range(first, first + plan.runs))
        self.experiment_ids = list(range(home, home + plan.experiments))
        self.homes = [self.experiment_ids[i % plan.experiments] for i in range(plan.runs)]

    def write(self) -> None:
        self.write_experiments()
        self.write_runs()
        self.write_params()
        self.write_tags()

    def write_experiments(self) -> None:
        number = self.workspace.next_experiment_number
        rows = (
            (key, self.workspace.id, number + i, f"bench-{number + i}", "", "", "active",
             self.plan.runs + 1, self.now_ms, self.now_ms)
            for i, key in enumerate(self.experiment_ids)
        )  # fmt: skip
        load(
            "runs_experiment",
            "id workspace_id number name description artifact_location lifecycle next_run_number"
            " created_ms updated_ms",
            rows,
        )
        self.workspace.next_experiment_number = number + self.plan.experiments
        self.workspace.save()

    def write_runs(self) -> None:
        """Write runs spread over 90 days. A child's parent is an earlier run of its experiment."""
        n, rng = self.plan.runs, self.rng
        statuses = rng.choice(STATUSES, n, p=SHARES).tolist()
        started = (self.now_ms - 90 * DAY_MS + np.sort(rng.integers(0, 90 * DAY_MS, n))).tolist()
        lengths = rng.integers(1000, 7_200_000, n).tolist()
        users = rng.integers(0, 20, n).tolist()
        lifecycles = np.where(rng.random(n) < 0.02, "archived", "active").tolist()
        parents = self.choose_parents()
        rows = (
            (self.run_ids[i], self.workspace.id, self.homes[i], f"{self.run_ids[i]:032x}", i + 1,
             f"run-{i * 7919 % n}", "script" if i % 3 else "external", statuses[i], "",
             lifecycles[i], parents.get(i), parents.get(i), f"user-{users[i]}",
             "gpu" if i % 4 else "", "", "", "{}",
             None if statuses[i] == "Queued" else started[i],
             None if statuses[i] in ("Running", "Queued") else started[i] + lengths[i],
             started[i], started[i] + lengths[i])
            for i in range(n)
        )  # fmt: skip
        load(
            "runs_run",
            "id workspace_id experiment_id run_id number name kind status status_reason lifecycle"
            " parent_id root_id submitted_by target description error source started_ms ended_ms"
            " created_ms updated_ms",
            rows,
        )

    def choose_parents(self) -> dict[int, int]:
        """Return the key of the parent of each child, by the child's index."""
        parents: dict[int, int] = {}
        is_child = self.rng.random(self.plan.runs) < self.plan.children
        for i in np.flatnonzero(is_child).tolist():
            sibling = i - self.plan.experiments
            if sibling >= 0:
                parents[i] = parents.get(sibling, self.run_ids[sibling])
        return parents

    def write_params(self) -> None:
        rng = np.random.default_rng(self.plan.seed + 1)
        rates = np.round(10 ** rng.uniform(-5, -1, self.plan.runs), 6).tolist()
        picks = rng.integers(0, 1 << 30, self.plan.runs).tolist()

        def rows() -> Iterator[Row]:
            for run, home, rate, pick in zip(self.run_ids, self.homes, rates, picks, strict=True):
                for name, value in self.params_of(rate, pick):
                    number = None if isinstance(value, str) else float(value)
                    yield run, home, name, str(value), number

        load("runs_param", "run_id experiment_id key value number", rows())

    def params_of(self, rate: float, pick: int) -> list[tuple[str, str | float]]:
        values = (
            rate, WORDS[pick % 3], 2 ** (4 + pick % 5), pick, f"model-{pick % 20}", pick % 10 / 10,
            pick % 48, "imagenet", "true" if pick % 2 else "false", f"note {pick:x}",
        )  # fmt: skip
        pairs = list(zip(PARAMS, values, strict=True))[: self.plan.params]
        more = range(len(PARAMS), self.plan.params)
        return [*pairs, *((f"param-{i}", pick % (i + 1)) for i in more)]

    def write_tags(self) -> None:
        picks = self.rng.integers(0, 10_000, self.plan.runs).tolist()

        def rows() -> Iterator[Row]:
            for run, home, pick in zip(self.run_ids, self.homes, picks, strict=True):
                for name, value in tags_of(pick).items():
                    yield run, home, name, value

        load("runs_runtag", "run_id experiment_id key value", rows())


def tags_of(pick: int) -> dict[str, str]:
    """One tag of every run, one of a tenth, one of one run in two thousand."""
    tags = {"team": f"team-{pick % 5}"}
    if pick % 10 == 0:
        tags["quality"] = "great run" if pick % 20 else "poor"
    if pick < 5:
        tags["rare"] = "yes"
    return tags
