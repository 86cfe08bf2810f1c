"""What an executor does: it places supervisors and tells what became of them.

It decides nothing about runs. Logs, beats, cancels and ends are the supervisor's.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class State(StrEnum):
    """WAITING for a machine, RUNNING, or ENDED for whatever reason."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class Order:
    """An attempt to place. `options` are those of its cluster and its run; `job` is what the
    supervisor has to know where it is known already."""

    run_id: str
    fence: int
    token: str = ""
    nodes: int = 1
    rank: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What an executor knows of an attempt. `place` counts from 1 among those that wait, 0: not
    known; `expected_ms` is when it may start."""

    run_id: str
    fence: int
    handle: str
    state: State
    reason: str = ""
    place: int = 0
    expected_ms: int | None = None


class CannotPlace(Exception):
    """The order is refused for good, such as for an unknown partition."""


class ExecutorAway(Exception):
    """The executor does not answer; the same may work later."""


class Executor(Protocol):
    """A way to place attempts. Each kind passes `tests/sdk/test_executors.py`."""

    def submit(self, order: Order) -> str:
        """Place an attempt and return its handle. One that is placed already is not placed again.

        Raises CannotPlace, ExecutorAway.
        """
        ...

    def poll(self) -> list[Told]:
        """Return what is known of all attempts, with one question. Raises ExecutorAway."""
        ...

    def cancel(self, handle: str) -> None:
        """End an attempt, or take it out of the queue. One that is gone is no error."""
        ...

    def expected_start(self, handle: str) -> int | None:
        """Return when an attempt that waits may start, in ms; None where nobody knows."""
        ...

    def capacity(self) -> int:
        """Return how many more attempts may be placed now."""
        ...
