"""What went on in clusters over time: sampled by the clock, read in steps for charts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Avg, F, Max

from runs.compute.models import Cluster, ClusterSample
from runs.compute.queries import ClusterCounts, list_clusters
from runs.tracking.clock import now_ms
from runs.workspaces.models import Workspace

EVERY_S = 30.0
KEPT_MS = 31 * 86_400_000
STEPS = 120


@dataclass(frozen=True)
class Window:
    """A stretch of time up to now that a chart shows, in steps."""

    slug: str
    label: str
    ms: int

    @property
    def step_ms(self) -> int:
        """How long a step is: never shorter than the time between two samples."""
        return max(self.ms // STEPS, int(EVERY_S * 1000))


HOUR_MS = 3_600_000
SPANS = (
    Window("30m", "30 minutes", HOUR_MS // 2),
    Window("3h", "3 hours", 3 * HOUR_MS),
    Window("1d", "1 day", 24 * HOUR_MS),
    Window("1w", "1 week", 7 * 24 * HOUR_MS),
    Window("1m", "1 month", 31 * 24 * HOUR_MS),
)


@dataclass(frozen=True)
class ClusterLoad:
    """The mean of the samples of a step that begins at `at_ms`; `wait_ms` is the longest. `load` is
    None where no node told its own."""

    at_ms: int
    running: float
    queued: float
    wait_ms: int
    slots: float
    load: float | None

    @property
    def use(self) -> float | None:
        """Which part of the slots was busy; None without a slot."""
        return min(self.running / self.slots, 1.0) if self.slots else None


def sample_clusters() -> None:
    """Note what goes on in every cluster now. Two queries, and three for each workspace."""
    now = now_ms()
    ClusterSample.objects.bulk_create(
        _sample_of(counts, now)
        for workspace in Workspace.objects.all()
        for counts in list_clusters(workspace)
    )


def _sample_of(counts: ClusterCounts, now: int) -> ClusterSample:
    return ClusterSample(
        cluster=counts.cluster,
        at_ms=now,
        running=counts.running,
        queued=counts.queued,
        wait_ms=now - counts.oldest_ms if counts.oldest_ms else 0,
        slots=counts.slots,
        load=counts.load,
    )


def forget_samples() -> None:
    """Remove samples that are older than any chart shows."""
    before = now_ms() - KEPT_MS
    for cluster in Cluster.objects.values_list("pk", flat=True):
        ClusterSample.objects.filter(cluster=cluster, at_ms__lt=before).delete()


def read_load(cluster: Cluster, span: Window) -> list[ClusterLoad]:
    """Return what went on within the span, step by step; a step without samples is left out. One
    query."""
    samples = ClusterSample.objects.filter(cluster=cluster, at_ms__gt=now_ms() - span.ms)
    rows = (
        samples.annotate(step=F("at_ms") / span.step_ms)
        .values("step")
        .annotate(
            mean_running=Avg("running"),
            mean_queued=Avg("queued"),
            longest_wait=Max("wait_ms"),
            mean_slots=Avg("slots"),
            mean_load=Avg("load"),
        )
        .order_by("step")
    )
    return [
        ClusterLoad(
            at_ms=row["step"] * span.step_ms,
            running=row["mean_running"],
            queued=row["mean_queued"],
            wait_ms=row["longest_wait"],
            slots=row["mean_slots"],
            load=row["mean_load"],
        )
        for row in rows
    ]


def median(values: Sequence[float]) -> float | None:
    """Return the middle value, None where there is none."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None
