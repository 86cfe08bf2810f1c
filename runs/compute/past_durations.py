"""How long earlier attempts of a cluster took."""

from collections.abc import Sequence

from django.db.models import F, QuerySet

from runs.compute.models import Attempt, Cluster, Job
from runs.compute.reasons import Cause

MOST_PAST = 200


class PastDurations:
    """How many seconds earlier attempts of a cluster took, by experiment and script."""

    def __init__(self, rows: Sequence[tuple[int, str, float]]) -> None:
        self.all = [seconds for *_, seconds in rows]
        self.by_script: dict[tuple[int, str], list[float]] = {}
        for experiment, script, seconds in rows:
            self.by_script.setdefault((experiment, script), []).append(seconds)

    def like(self, job: Job) -> list[float]:
        """Return the durations of runs of the same script in the same experiment, else of all."""
        return self.by_script.get((job.run.experiment_id, job.script)) or self.all


def attempts_of(cluster: Cluster) -> QuerySet[Attempt]:
    """The attempts of a cluster, for reading the newest of them. The sum keeps the database from
    the index of jobs by cluster: it reads attempts in the order asked for instead of all jobs."""
    return Attempt.objects.annotate(of=F("job__cluster") + 0).filter(of=cluster.pk)


def read_durations(cluster: Cluster) -> PastDurations:
    """Return the durations of the last 200 attempts that ended by themselves. One query."""
    rows = (
        attempts_of(cluster)
        .filter(ended_ms__isnull=False, cause__in=(Cause.COMPLETED, Cause.EXIT))
        .order_by("-ended_ms")
        .values_list("job__run__experiment", "job__script", "claimed_ms", "ended_ms")[:MOST_PAST]
    )
    return PastDurations(
        [
            (experiment, script, (ended - claimed) / 1000)
            for experiment, script, claimed, ended in rows
        ]
    )
