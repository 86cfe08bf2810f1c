"""Runs whose every value follows from their index, so that any answer about them can be checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

START_MS = 1_790_000_000_000
OPTIMIZERS = ("adam", "sgd", "rmsprop")
CURVE = "loss"
# The parameter that tells a run's index. (Aim draws no row of a table where one is named "index".)
PLACE = "place"


@dataclass(frozen=True)
class RunSeed:
    """A run to be stored. `curves`: metric -> values at steps 0, 1, 2, …, one second apart."""

    index: int
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    curves: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"run-{self.index:06d}"

    @property
    def started_ms(self) -> int:
        return START_MS + self.index * 1000

    @property
    def ended_ms(self) -> int:
        return self.started_ms + 60_000


def spread(index: int, count: int) -> float:
    """A number in [0, 1) for each run, all different, in an order unlike that of the runs."""
    return (index * 7919 + 13) % count / count


def optimizer(index: int) -> str:
    return OPTIMIZERS[index % len(OPTIMIZERS)]


def searchable(count: int) -> Iterator[RunSeed]:
    """`count` runs of 10 params, 5 metrics of one point, 2 tags. 7919 must not divide `count`."""
    for index in range(count):
        loss = spread(index, count)
        yield RunSeed(
            index,
            {
                PLACE: str(index),
                "optimizer": optimizer(index),
                "lr": f"{10.0 ** -(index % 5)}",
                "depth": str(index % 12),
                "batch_size": str(16 << index % 4),
                "seed": str(index * 31 % 1009),
                "model": f"model-{index % 20}",
                "dropout": f"0.{index % 6}",
                "dataset": "imagenet",
                "augment": "true" if index % 2 else "false",
            },
            {"team": f"team-{index % 7}", "stage": "search"},
            {
                "loss": np.array([loss]),
                "accuracy": np.array([1 - loss]),
                "f1": np.array([loss * loss]),
                "recall": np.array([index % 97 / 97]),
                "time": np.array([float(index)]),
            },
        )


def curve(index: int, points: int) -> np.ndarray:
    """A falling line with noise and one spike, which a down-sampled chart ought to keep."""
    steps = np.arange(points)
    values = 1 / (1 + steps * 0.01) + (steps * 31 + index * 17) % 1009 / 10090
    values[spike_step(index, points)] = 100.0 + index
    return values


def spike_step(index: int, points: int) -> int:
    return (points // 3 + index * 7) % points


def curves(runs: int, points: int) -> Iterator[RunSeed]:
    """`runs` runs with one metric of `points` points each."""
    for index in range(runs):
        yield RunSeed(index, {PLACE: str(index)}, {}, {CURVE: curve(index, points)})


def many_names(runs: int, names: int) -> Iterator[RunSeed]:
    """`runs` runs, each with one point of every one of `names` metrics, as of layers of a model."""
    for index in range(runs):
        metrics = {
            f"layer-{one % 50}/metric-{one:05}": np.array([(one + index) / names])
            for one in range(names)
        }
        yield RunSeed(index, {PLACE: str(index)}, {}, metrics)
