"""When a run that is submitted now would start on a cluster."""

from dataclasses import dataclass

from runs.compute.estimates import Start
from runs.compute.models import Cluster, ClusterState, Job
from runs.compute.queues import estimate, read_jobs, slots_of
from runs.tracking.models import Experiment, Run


@dataclass(frozen=True)
class Foresight:
    """`free` slots are at once; otherwise the run is at `place` and starts at `start` (None: not
    known). `slots` is how many the nodes have that take runs."""

    slots: int
    busy: int
    place: int
    start: Start | None
    is_paused: bool

    @property
    def starts_at_once(self) -> bool:
        """Whether a slot is free for it."""
        return not self.is_paused and self.busy + self.place - 1 < self.slots


def foresee(
    cluster: Cluster, *, experiment: Experiment | None = None, script: str = ""
) -> Foresight:
    """Return when a run at the end of the queue would start. At most five queries."""
    active, waiting = read_jobs(cluster)
    slots = slots_of(cluster)
    run = Run(experiment_id=experiment.pk if experiment else 0)
    newcomer = Job(run=run, script=script, cluster=cluster)
    start = estimate(cluster, slots, active, [*waiting, newcomer])[-1]
    is_paused = cluster.state == ClusterState.PAUSED
    return Foresight(slots, len(active), len(waiting) + 1, start, is_paused)
