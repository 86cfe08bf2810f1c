"""When a waiting run will start: its place, why it waits, and an interval of its start.

The durations of earlier runs of the same script in the same experiment say how long each job takes;
where there are none, those of the cluster. The queue is played through many times with durations
drawn from these; the interval holds the middle 80 % of the starts.
"""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass

PLAYS = 300
LOW, HIGH = 0.1, 0.9
LEAST_DURATIONS = 3


@dataclass(frozen=True)
class Waiting:
    """A job in the queue: the durations, in seconds, of earlier runs like it."""

    durations: Sequence[float]


@dataclass(frozen=True)
class Going:
    """A job that runs: the seconds it has run, and the durations of earlier runs like it."""

    elapsed_s: float
    durations: Sequence[float]


@dataclass(frozen=True)
class Start:
    """Seconds from now: the median and the interval that holds the start four times out of five."""

    expected_s: float
    low_s: float
    high_s: float


def estimate_starts(
    *,
    slots: int,
    going: Sequence[Going],
    waiting: Sequence[Waiting],
    seed: int = 0,
) -> list[Start | None]:
    """Return for each waiting job, in the order of the queue, when it starts.

    None from the first job on before which a duration is unknown, and for all where there is no
    slot. The draws depend on `seed` alone: asking twice gives the same answer.
    """
    known = _known_until(going, waiting)
    if slots <= 0 or known == 0:
        return [None] * len(waiting)
    chance = random.Random(seed)
    plays = [_play(slots, going, waiting[:known], chance) for _ in range(PLAYS)]
    starts: list[Start | None] = [
        _interval(sorted(play[at] for play in plays)) for at in range(known)
    ]
    return starts + [None] * (len(waiting) - known)


def _known_until(going: Sequence[Going], waiting: Sequence[Waiting]) -> int:
    """Return how many waiting jobs have only known durations before them."""
    if any(len(one.durations) < LEAST_DURATIONS for one in going):
        return 0
    for at, one in enumerate(waiting):
        if len(one.durations) < LEAST_DURATIONS:
            return at + 1
    return len(waiting)


def _play(
    slots: int, going: Sequence[Going], waiting: Sequence[Waiting], chance: random.Random
) -> list[float]:
    """Play the queue through once; return the start of each waiting job, in seconds from now."""
    free_at = [_rest(one, chance) for one in going] + [0.0] * max(0, slots - len(going))
    heapq.heapify(free_at)
    for _ in range(len(free_at) - slots):
        heapq.heappop(free_at)
    starts = []
    for one in waiting:
        start = heapq.heappop(free_at)
        starts.append(start)
        heapq.heappush(free_at, start + (_draw(one.durations, chance) if one.durations else 0.0))
    return starts


def _rest(one: Going, chance: random.Random) -> float:
    """Draw how much longer a job runs, given that it has run so long already."""
    longer = [seconds for seconds in one.durations if seconds > one.elapsed_s]
    if not longer:
        # Longer than all before it: as likely as not it takes as long again (Lindy's law).
        return max(one.elapsed_s, 1.0) * (1 / (1 - chance.random()) - 1)
    return max(0.0, _draw(longer, chance) - one.elapsed_s)


def _draw(durations: Sequence[float], chance: random.Random) -> float:
    """Draw a duration between two neighbours of the sorted sample (a smoothed bootstrap)."""
    ordered = sorted(durations)
    place = chance.random() * (len(ordered) + 1) - 1
    at = int(place // 1)
    if at < 0:
        return ordered[0] * (1 - 0.25 * chance.random())
    if at >= len(ordered) - 1:
        return ordered[-1] * (1 + 0.25 * chance.random())
    return ordered[at] + (ordered[at + 1] - ordered[at]) * (place - at)


def _interval(starts: Sequence[float]) -> Start:
    last = len(starts) - 1
    return Start(
        expected_s=starts[last // 2], low_s=starts[int(LOW * last)], high_s=starts[int(HIGH * last)]
    )
