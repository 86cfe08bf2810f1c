"""When a waiting run will start: its place, why it waits, and an interval of its start.

The durations of earlier runs of the same script in the same experiment say how long each job takes;
where there are none, those of the cluster. The queue is played through many times with durations
drawn from these; the interval holds the middle 80 % of the starts.
"""

import bisect
import heapq
import math
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A long queue is played fewer times: so many starts are drawn in all.
MOST_PLAYS, FEWEST_PLAYS, MOST_DRAWS = 300, 60, 30_000
LOW, HIGH = 0.1, 0.9
LEAST_DURATIONS = 3
# The jobs that no sweep holds back are one group.
NO_LIMIT = 0


@dataclass(frozen=True)
class Waiting:
    """A job in the queue: the durations, in seconds, of earlier runs like it, its slots, and the
    sweep it belongs to (0: none)."""

    durations: Sequence[float]
    slots: int = 1
    sweep: int = 0


@dataclass(frozen=True)
class Going:
    """A job that runs: the seconds it has run, the durations of earlier runs like it, its slots,
    and its sweep."""

    elapsed_s: float
    durations: Sequence[float]
    slots: int = 1
    sweep: int = 0


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
    limits: Mapping[int, int] | None = None,
    seed: int = 0,
) -> list[Start | None]:
    """Return for each waiting job, in the order of the queue, when it starts.

    Jobs start strictly in order; one that takes more slots than there are is passed over, and so is
    one of a sweep of which as many run as its parallel limit in `limits` allows. None for the
    first, and from the first job on before which a duration is unknown, and where there is no slot.
    The draws depend on `seed` alone: asking twice gives the same answer.
    """
    known = _known_until(going, waiting)
    if slots <= 0 or known == 0:
        return [None] * len(waiting)
    chance = random.Random(seed)
    samples, limits = _Samples(), limits or {}
    rests = [
        (
            one.elapsed_s,
            samples.longer_than(one.elapsed_s, one.durations),
            one.slots,
            one.sweep if one.sweep in limits else NO_LIMIT,
        )
        for one in going
    ]
    lengths = [
        (samples.sorted(one.durations), one.slots, one.sweep if one.sweep in limits else NO_LIMIT)
        for one in waiting[:known]
    ]
    count = max(FEWEST_PLAYS, min(MOST_PLAYS, MOST_DRAWS // known))
    plays = [_play(slots, rests, lengths, limits, chance) for _ in range(count)]
    starts: list[Start | None] = [
        None if one.slots > slots else _interval(sorted(play[at] for play in plays))
        for at, one in enumerate(waiting[:known])
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


class _Samples:
    """Durations in rising order, each sample sorted once: many jobs share one."""

    def __init__(self) -> None:
        self._sorted: dict[int, list[float]] = {}

    def sorted(self, durations: Sequence[float]) -> list[float]:
        found = self._sorted.get(id(durations))
        if found is None:
            found = self._sorted[id(durations)] = sorted(durations)
        return found

    def longer_than(self, elapsed_s: float, durations: Sequence[float]) -> list[float]:
        ordered = self.sorted(durations)
        return ordered[bisect.bisect_right(ordered, elapsed_s) :]


def _play(
    slots: int,
    rests: Sequence[tuple[float, list[float], int, int]],
    lengths: Sequence[tuple[list[float], int, int]],
    limits: Mapping[int, int],
    chance: random.Random,
) -> list[float]:
    """Play the queue through once; return the start of each waiting job, in seconds from now."""
    ends = [(_rest(elapsed_s, longer, chance), taken, at) for elapsed_s, longer, taken, at in rests]
    heapq.heapify(ends)
    free = slots - sum(taken for _, taken, _ in ends)
    room: dict[int, float] = {**limits, NO_LIMIT: math.inf}
    for _, _, group in ends:
        room[group] -= 1
    queues: dict[int, deque[int]] = {}
    for at, (_, _, group) in enumerate(lengths):
        queues.setdefault(group, deque()).append(at)
    starts, now, left = [math.inf] * len(lengths), 0.0, len(lengths)
    while left:
        queue = _first_queue(queues, room)
        durations, wanted, group = lengths[queue[0]] if queue else ([], 0, NO_LIMIT)
        if queue and (wanted > slots or wanted <= free):
            at, left = queue.popleft(), left - 1
            if wanted > slots:
                continue
            starts[at] = now
            end = now + (_draw(durations, chance) if durations else 0.0)
            heapq.heappush(ends, (end, wanted, group))
            free -= wanted
            room[group] -= 1
        elif ends:
            now, taken, group = heapq.heappop(ends)
            free += taken
            room[group] += 1
        else:
            break
    return starts


def _first_queue(queues: Mapping[int, deque[int]], room: Mapping[int, float]) -> deque[int] | None:
    """Return the queue with the first of the jobs that their sweep does not hold back."""
    first = None
    for group, queue in queues.items():
        if queue and room[group] > 0 and (first is None or queue[0] < first[0]):
            first = queue
    return first


def _rest(elapsed_s: float, longer: list[float], chance: random.Random) -> float:
    """Draw how much longer a job runs, given that it has run so long already."""
    if not longer:
        # Longer than all before it: as likely as not it takes as long again (Lindy's law).
        return max(elapsed_s, 1.0) * (1 / (1 - chance.random()) - 1)
    return max(0.0, _draw(longer, chance) - elapsed_s)


def _draw(ordered: list[float], chance: random.Random) -> float:
    """Draw a duration between two neighbours of the sorted sample (a smoothed bootstrap)."""
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
