"""Which steps of several runs stand for all of them, as MLflow's bulk-interval history has it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runs.metrics.points import Points

Steps = NDArray[np.int64]


def choose_steps(histories: Sequence[Steps], most: int, low: int | None = None) -> Steps:
    """Return the steps to show of runs whose ascending steps are given.

    Of the n distinct steps from `low` on of all runs together, those at int(i * n / most) for
    i < most, and the last; all where n is not above `most`. Each run's own first and last step
    come on top, wherever they lie.
    """
    filled = [steps for steps in histories if len(steps)]
    if not filled:
        return np.empty(0, np.int64)
    # Runs of one script mostly have the same steps: to sort them once takes a tenth of the time.
    different = {steps.tobytes(): steps for steps in filled}
    distinct = np.unique(np.concatenate(list(different.values())))
    if low is not None:
        distinct = distinct[distinct >= low]
    if len(distinct) > most:
        places = np.arange(most) * len(distinct) // most
        distinct = distinct[np.append(places, len(distinct) - 1)]
    ends = [steps[place] for steps in filled for place in (0, -1)]
    return np.unique(np.concatenate((distinct, np.array(ends, np.int64))))


def thin_out(points: Points, most: int) -> Points:
    """Return all points, or `most` of them at even distances with the first and the last one:
    many points may have one step."""
    if len(points) <= most:
        return points
    return points[np.linspace(0, len(points) - 1, most).astype(np.int64)]
