"""How long a run has taken: from its start to its end, or up to now while it runs. A run that waits
has no duration, though its client may have told a start; nor has one whose end is unknown."""

from typing import NamedTuple

from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from runs.tracking.statuses import FINAL_STATUSES, WAITING_STATUSES, Status


class Span(NamedTuple):
    """When a run started and ended; `ended_ms` None while it runs, both None without a duration."""

    started_ms: int | None = None
    ended_ms: int | None = None

    @property
    def seconds(self) -> float | None:
        """The length, up to now for a run that goes on."""
        if self.started_ms is None:
            return None
        ended_ms = now_ms() if self.ended_ms is None else self.ended_ms
        return (ended_ms - self.started_ms) / 1000


NO_SPAN = Span()


def span_of(run: Run) -> Span:
    """Return the span of a run."""
    is_over = run.status in FINAL_STATUSES
    is_unknown = run.ended_ms is None if is_over else run.status in WAITING_STATUSES
    if run.started_ms is None or is_unknown:
        return NO_SPAN
    return Span(run.started_ms, run.ended_ms if is_over else None)


def _words(statuses: frozenset[Status]) -> str:
    return ", ".join(f"'{status.value}'" for status in sorted(statuses))


# The same in SQL, in seconds, of run `r`.
SECONDS = (
    f"(CAST(CASE WHEN r.status IN ({_words(FINAL_STATUSES)}) THEN r.ended_ms"
    f" WHEN r.status NOT IN ({_words(WAITING_STATUSES)}) THEN {{now}} END"
    " AS double precision) - r.started_ms) / 1000"
)
