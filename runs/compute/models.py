"""Clusters, their nodes, the jobs that wait for them, and the attempts to run these.

The row of a job is the queue: a message to a node is only a bell.
"""

import secrets

from django.db import models
from django.db.models import Q

from runs.tracking.models import Run
from runs.workspaces.models import Workspace

# The `not_before_ms` of a job that waits for others of its sweep to end.
HELD_BACK_MS = 2**62


def new_key() -> str:
    """Return a fresh key for the node tokens of a cluster."""
    return secrets.token_hex(8)


class ClusterKind(models.TextChoices):
    """How a cluster places its runs: on nodes of our own, or through Slurm."""

    NODES = "nodes"
    SLURM = "slurm"


class ClusterState(models.TextChoices):
    """ACTIVE takes and starts runs. PAUSED takes runs and starts none. DRAINING takes none and
    goes on with those it has."""

    ACTIVE = "active"
    PAUSED = "paused"
    DRAINING = "draining"


class Cluster(models.Model):
    """A named queue of runs. `settings` are the options of its kind, such as a partition of Slurm.

    `max_seconds` ends every run of the cluster that takes longer; None: as long as it takes. A new
    `token_key` makes the node tokens void that were given out before.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="clusters")
    name = models.CharField(max_length=64)
    kind = models.CharField(
        max_length=8, choices=ClusterKind.choices, default=ClusterKind.NODES.value
    )
    state = models.CharField(
        max_length=8, choices=ClusterState.choices, default=ClusterState.ACTIVE.value
    )
    settings = models.JSONField(default=dict)
    labels = models.JSONField(default=dict)
    max_seconds = models.BigIntegerField(null=True)
    token_key = models.CharField(max_length=32, default=new_key)
    created_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="cluster_name_taken"),
        ]

    def __str__(self) -> str:
        return self.name


class FormerClusterName(models.Model):
    """A name that a cluster had before. Nodes, scripts and addresses that use it still mean this
    cluster, unless another one has taken the name."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cluster", "name"], name="former_cluster_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """A worker of a cluster, from one start of it to its end.

    `incarnation` is new at each start: a node that comes back under the same name is another one.
    `slots` is how many jobs it runs at a time. `seen_ms` is when it last asked for something.
    """

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="nodes")
    name = models.CharField(max_length=128)
    incarnation = models.CharField(max_length=32, unique=True)
    slots = models.PositiveSmallIntegerField(default=1)
    version = models.CharField(max_length=32, blank=True)
    hardware = models.JSONField(default=dict)
    load = models.JSONField(default=dict)
    is_draining = models.BooleanField(default=False)
    joined_ms = models.BigIntegerField()
    seen_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["cluster", "seen_ms"], name="node_seen")]

    def __str__(self) -> str:
        return self.name


class JobState(models.TextChoices):
    """QUEUED waits for a node; HELD has an attempt with a lease; ENDED is over."""

    QUEUED = "queued"
    HELD = "held"
    ENDED = "ended"


# In these words the index of the states of a cluster answers; "not ended" would read all jobs.
OPEN_STATES = (JobState.QUEUED.value, JobState.HELD.value)


class Communicator(models.TextChoices):
    """How several processes of a job find each other: by the variables of torch, or by mpirun."""

    TORCH = "torch"
    MPI = "mpi"


class Job(models.Model):
    """What to run for a run, and its place in the queue of a cluster.

    A job for several `nodes` is held by an attempt with as many parts; its `node` is that of rank
    0, and its lease ends with the first of theirs.

    Jobs start in the order of falling `priority`, then of rising `rank`. `fence` rises with each
    attempt: whatever an attempt writes carries its fence, and is refused when it is not this one.
    `lease_ms` is until when the attempt holds the job without another beat.

    `options` are for the cluster's kind, such as a partition of Slurm. `placement` is what another
    scheduler says of it (`placing.Placement`); None for nodes of our own.
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="job")
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="jobs", db_index=False)
    state = models.CharField(max_length=6, choices=JobState.choices, default=JobState.QUEUED.value)
    command = models.JSONField()
    environment = models.JSONField(default=dict)
    options = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    placement = models.JSONField(null=True)
    variables = models.JSONField(default=dict)
    script = models.CharField(max_length=1024, blank=True)
    priority = models.IntegerField(default=0)
    rank = models.BigIntegerField()
    max_seconds = models.BigIntegerField(null=True)
    retries_left = models.PositiveSmallIntegerField(default=0)
    nodes = models.PositiveSmallIntegerField(default=1, db_default=1)
    processes_per_node = models.PositiveSmallIntegerField(default=1, db_default=1)
    communicator = models.CharField(
        max_length=8, blank=True, choices=Communicator.choices, default="", db_default=""
    )
    fence = models.IntegerField(default=0)
    node = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="jobs")
    lease_ms = models.BigIntegerField(default=0)
    queued_ms = models.BigIntegerField()
    not_before_ms = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["cluster", "-priority", "rank"],
                name="job_queue",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["lease_ms"], name="job_lease", condition=Q(state="held")),
            models.Index(fields=["cluster", "state"], name="job_state"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.state}"

    @property
    def time_limit_s(self) -> int | None:
        """The shorter of the limits of the job and of its cluster, in seconds."""
        limits = [limit for limit in (self.max_seconds, self.cluster.max_seconds) if limit]
        return min(limits, default=None)


class Attempt(models.Model):
    """One try to run a job on a node. `cause` is one of `reasons.Cause`, `reason` its words.

    `claim_id` names the request that began it: who asks again, because the answer was lost, gets
    the same attempt. That of one on several nodes stands in its parts.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="attempts", db_index=False)
    fence = models.IntegerField()
    node = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="attempts")
    node_name = models.CharField(max_length=128)
    claim_id = models.CharField(max_length=32, blank=True, default="", db_default="")
    claimed_ms = models.BigIntegerField()
    started_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
    exit_code = models.IntegerField(null=True)
    cause = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "fence"], name="attempt_once"),
            models.UniqueConstraint(
                fields=["claim_id"], condition=~Q(claim_id=""), name="attempt_claimed_once"
            ),
        ]
        # What ended last, and within the last hour.
        indexes = [models.Index(fields=["ended_ms"], name="attempt_ended")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.fence}"


class Sweep(models.Model):
    """What a parent run tries: `plan` as `sweep_plans.Plan` has it. At most `parallel` of its
    children are in the queue or run at a time; None: all."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="sweep")
    plan = models.JSONField()
    parallel = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return str(self.run_id)


class ClusterSample(models.Model):
    """What went on in a cluster at a time: how many runs ran and waited, since how long the oldest
    waited, and on how many slots. `load` is the CPU use of its nodes, 1 for all cores busy."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="samples", db_index=False)
    at_ms = models.BigIntegerField()
    running = models.IntegerField()
    queued = models.IntegerField()
    wait_ms = models.BigIntegerField()
    slots = models.IntegerField()
    load = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["cluster", "at_ms"], name="cluster_sample_at")]

    def __str__(self) -> str:
        return f"{self.cluster_id} at {self.at_ms}"


class Part(models.Model):
    """The part of an attempt on one of its several nodes; a job for one node has none.

    The node takes its part with its next claim (`placed_ms`). Once all are prepared and have told
    their `address`, they start their processes. `port` is where rank 0 waits for the others.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="parts", db_index=False)
    rank = models.PositiveSmallIntegerField()
    node = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="parts")
    node_name = models.CharField(max_length=128)
    claim_id = models.CharField(max_length=32, blank=True, default="", db_default="")
    address = models.CharField(max_length=255, blank=True)
    port = models.PositiveIntegerField(null=True)
    lease_ms = models.BigIntegerField()
    placed_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
    exit_code = models.IntegerField(null=True)
    cause = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "rank"], name="part_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.rank}"
