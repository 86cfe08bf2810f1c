"""The Runs tab of a cluster: what runs, children behind their parent; what waits; the tiles."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from runs.compute.models import Cluster, Job
from runs.compute.past_durations import attempts_of, read_durations
from runs.compute.progress import Progress, read_progress
from runs.compute.queues import Place, read_queue
from runs.compute.sampling import SPANS, ClusterLoad, median, read_load
from runs.tracking.models import GONE, Run
from runs.tracking.statuses import FINAL_STATUSES

LAST_STARTS = 20


@dataclass(frozen=True)
class ActiveRun:
    """A job that runs, and how far it is where that is known."""

    job: Job
    progress: Progress | None


@dataclass
class Family:
    """A parent with those of its children that run here; `parent` None: one without a parent.
    `done` of `total` children have ended."""

    parent: Run | None
    members: list[ActiveRun]
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Board:
    """What the tab shows. `count` is how many runs run."""

    families: list[Family]
    waiting: list[Place]
    count: int


@dataclass(frozen=True)
class Tiles:
    """The last 30 minutes, and how long the last runs waited, in seconds (None: none started)."""

    history: list[ClusterLoad]
    wait_s: float | None


def read_board(cluster: Cluster) -> Board:
    """Return what runs and waits. At most eleven queries."""
    queue = read_queue(cluster)
    progress = read_progress(queue.active, read_durations(cluster)) if queue.active else {}
    families: dict[int | None, Family] = {}
    for job in queue.active:
        parent = job.run.parent
        key = -job.pk if parent is None else parent.pk
        family = families.setdefault(key, Family(parent, []))
        family.members.append(ActiveRun(job, progress.get(job.pk)))
    _count_children([family for family in families.values() if family.parent])
    return Board(list(families.values()), queue.waiting, len(queue.active))


def _count_children(families: list[Family]) -> None:
    if not families:
        return
    by_parent = {family.parent.pk: family for family in families if family.parent}
    children = Run.objects.filter(parent__in=by_parent).exclude(lifecycle__in=GONE)
    rows = children.values("parent").annotate(
        total=Count("pk"), done=Count("pk", filter=Q(status__in=FINAL_STATUSES))
    )
    for row in rows:
        family = by_parent[row["parent"]]
        family.done, family.total = row["done"], row["total"]


def read_tiles(cluster: Cluster) -> Tiles:
    """Return what the tiles above the tables show. Two queries."""
    starts = attempts_of(cluster).filter(fence=1).order_by("-pk")
    waits = starts.annotate(wait=F("claimed_ms") - F("job__queued_ms"))[:LAST_STARTS]
    wait_ms = median(list(waits.values_list("wait", flat=True)))
    wait_s = None if wait_ms is None else max(wait_ms, 0) / 1000
    return Tiles(read_load(cluster, SPANS[0]), wait_s)
