"""What Studio sets out to reach, on the same machine in the same run."""

from dataclasses import dataclass

RIVAL = "fasttrackml"


@dataclass(frozen=True)
class Reach:
    """At least `ratio` times as good as the rival, and not beyond `bound` in the row's unit."""

    ratio: float | None = None
    bound: float | None = None


REACHES: dict[str, Reach] = {
    "log-metric x1": Reach(1.5),
    "log-metric x16": Reach(2.5),
    "log-metric x16 p99": Reach(bound=30),
    "log-batch 1000 x1, empty store": Reach(8),
    "log-batch 1000 x1, 0.5M points stored": Reach(15),
    "full runs": Reach(2),
    "10k runs: filter+sort": Reach(4),
    "10k runs: sort": Reach(4),
    "10k runs: page 50": Reach(4),
    "10k runs: newest": Reach(4),
    "history of 100k points": Reach(5),
    "history of 1M points": Reach(5),
    "chart 100 x 10k": Reach(30),
    "32 writers + 4 readers: writes": Reach(10),
    "32 writers + 4 readers: write p99": Reach(bound=200),
    "32 writers + 4 readers: read p99": Reach(bound=100),
    "32 writers + 4 readers: errors": Reach(bound=0),
    "reused connection p50": Reach(bound=35),
    "start": Reach(bound=3),
    "idle memory, PSS": Reach(bound=300),
    "bytes per point": Reach(bound=30),
    "submit to first line": Reach(bound=0.4),
}
