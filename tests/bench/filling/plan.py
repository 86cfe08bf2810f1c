"""What to fill a studio with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Runs to add, with what is written beside each.

    `metric_names` more names are spread over the runs, `names_each` to a run; `points` is the
    length of every series, in packed segments where it is above 1; `children` is the share of runs
    that have a parent.
    """

    runs: int = 1000
    experiments: int = 1
    params: int = 10
    metrics: int = 5
    metric_names: int = 0
    names_each: int = 20
    points: int = 0
    children: float = 0.0
    seed: int = 1
