"""The phases of a run by its history: how long it was queued, prepared, ran and was finalized."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.tracking.models import Run, StatusChange
from runs.tracking.statuses import FINAL_STATUSES, Status

QUEUED, PREPARING, RUNNING, FINALIZING = "queued", "preparing", "running", "finalizing"
PHASES = {
    Status.NOT_STARTED: QUEUED,
    Status.QUEUED: QUEUED,
    Status.STARTING: PREPARING,
    Status.PROVISIONING: PREPARING,
    Status.PREPARING: PREPARING,
    Status.RUNNING: RUNNING,
    Status.NOT_RESPONDING: RUNNING,
    Status.FINALIZING: FINALIZING,
}


@dataclass
class RunPhase:
    """A stretch of a run; `until_ms` is None while it lasts. A retried run is queued again."""

    name: str
    from_ms: int
    until_ms: int | None = None

    @property
    def length_ms(self) -> int:
        """How long it lasted; 0 while it lasts."""
        return 0 if self.until_ms is None else self.until_ms - self.from_ms


def read_phases(run: Run) -> list[RunPhase]:
    """Return the phases of a run in their order; none where it knew only one. One query."""
    phases = phases_of(list(StatusChange.objects.filter(run=run).order_by("id")))
    return phases if len(phases) > 1 else []


def phases_of(history: Sequence[StatusChange]) -> list[RunPhase]:
    """Return the phases that a history tells. What asks to cancel stays in the phase of before."""
    phases: list[RunPhase] = []
    for change in history:
        name = PHASES.get(Status(change.status))
        is_over = change.status in FINAL_STATUSES
        is_new = name is not None and (not phases or phases[-1].name != name)
        if phases and phases[-1].until_ms is None and (is_over or is_new):
            phases[-1].until_ms = change.at_ms
        if is_new and name is not None:
            phases.append(RunPhase(name, change.at_ms))
    return phases
