"""How clusters and jobs look in requests and answers."""

from typing import Any

from rest_framework import serializers

from runs.api.inputs import Input, Name, TagMap, Text, TextMap, Whole
from runs.compute.models import ClusterKind, ClusterState, Communicator, JobState
from runs.compute.sweep_plans import Method, Scale
from runs.tracking.statuses import Status

CLUSTER: dict[str, Any] = {
    "name": "gpu",
    "kind": "nodes",
    "state": "active",
    "settings": {},
    "labels": {"room": "b12"},
    "max_seconds": None,
    "running": 2,
    "queued": 18,
    "oldest_ms": 1_780_000_000_000,
    "busy_nodes": 1,
    "idle_nodes": 0,
    "slots": 2,
}
WORK: dict[str, Any] = {
    "experiment_name": "digits",
    "cluster": "local",
    "command": ["python", "train.py", "--lr", "0.1"],
    "snapshot": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
JOB: dict[str, Any] = {
    "cluster": "gpu",
    "state": "queued",
    "command": ["python", "train.py", "--lr", "0.1"],
    "environment": {},
    "variables": {},
    "script": "train.py",
    "priority": 0,
    "max_seconds": None,
    "retries_left": 0,
    "nodes": 1,
    "processes_per_node": 1,
    "communicator": "",
    "options": {},
    "queued_ms": 1_780_000_000_000,
    "place": 3,
    "waits_because": "all slots are taken",
    "start": {"expected_s": 41.0, "low_s": 12.5, "high_s": 80.2},
    "attempts": [],
}


class NewCluster(Input):
    """What a cluster is made of."""

    name = Name(max_length=64, help_text="Letters, digits, `_`, `.` and `-`.")
    kind = serializers.ChoiceField(ClusterKind.choices, default=ClusterKind.NODES)
    settings = serializers.DictField(default=dict, help_text="Options of the kind.")
    labels = serializers.DictField(default=dict)
    max_seconds = Whole(required=False, min_value=1, help_text="Ends every longer run.")


class ClusterChange(Input):
    """What may be changed; what is left out stays."""

    name = Name(required=False, max_length=64)
    state = serializers.ChoiceField(ClusterState.choices, required=False)
    settings = serializers.DictField(required=False)
    labels = serializers.DictField(required=False)
    max_seconds = Whole(required=False, min_value=0, help_text="0: no limit.")


class ClusterOut(serializers.Serializer):
    """A cluster with what goes on in it. `oldest_ms`: since when its oldest run waits."""

    name = serializers.CharField(source="cluster.name")
    kind = serializers.ChoiceField(ClusterKind.choices, source="cluster.kind")
    state = serializers.ChoiceField(ClusterState.choices, source="cluster.state")
    settings = serializers.DictField(source="cluster.settings")
    labels = serializers.DictField(source="cluster.labels")
    max_seconds = serializers.IntegerField(source="cluster.max_seconds", allow_null=True)
    running = serializers.IntegerField()
    queued = serializers.IntegerField()
    oldest_ms = serializers.IntegerField(allow_null=True)
    busy_nodes = serializers.IntegerField()
    idle_nodes = serializers.IntegerField()
    slots = serializers.IntegerField()


class Nested(Input):
    """An object within the body."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            name = min(unknown)
            raise serializers.ValidationError({name: ["Unknown field."]})
        return super().to_internal_value(data)


class SweepArgument(Nested):
    """An argument that a sweep varies: its values, or bounds to draw it from."""

    name = Text(default="", max_length=250, help_text="Such as `--lr`; empty: the value alone.")
    values = serializers.ListField(child=Text(), default=list, max_length=1000)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)
    scale = serializers.ChoiceField(Scale.choices, default=Scale.LINEAR)


class NewSweep(Nested):
    """Which runs to make under one parent."""

    arguments = SweepArgument(many=True)
    method = serializers.ChoiceField(Method.choices, default=Method.GRID)
    count = Whole(required=False, min_value=1, max_value=1000, help_text="Of a random sweep.")
    seed = Whole(default=0, help_text="The same seed draws the same arguments.")
    parallel = Whole(
        required=False, min_value=1, max_value=1000, help_text="Runs at a time; all without it."
    )


class NewJob(Input):
    """What to run, where, and how the run is called."""

    experiment = Whole(required=False, min_value=0, help_text="Its number; 0 is Default.")
    experiment_name = Name(required=False, help_text="Or its name; made where there is none.")
    cluster = Name(default="local", max_length=64)
    command = serializers.ListField(
        child=Text(), min_length=1, max_length=1000,
        help_text="Program and arguments. `python` in front is the environment's interpreter.",
    )  # fmt: skip
    script = Text(default="", max_length=1024, help_text="The script it runs, for estimates.")
    snapshot = Name(required=False, help_text="The sha256 of a stored snapshot.")
    snapshot_of = Name(required=False, help_text="Or the run whose snapshot to use.")
    environment = serializers.DictField(
        default=dict, help_text="{}: the node's own; `python`: a path; `pip`: requirements."
    )
    variables = TextMap(default=dict, help_text="Environment variables of the process.")
    priority = Whole(default=0, min_value=-1000, max_value=1000, help_text="Higher starts first.")
    max_seconds = Whole(required=False, min_value=1, help_text="Ends the run after this time.")
    retries = Whole(default=0, min_value=0, max_value=100)
    nodes = Whole(default=1, min_value=1, max_value=1000, help_text="They start together.")
    processes_per_node = Whole(default=1, min_value=1, max_value=512)
    communicator = serializers.ChoiceField(
        Communicator.choices, default="", allow_blank=True,
        help_text="How processes find each other: variables of `torch`, or `mpi` by mpirun.",
    )  # fmt: skip
    options = serializers.DictField(
        default=dict, help_text="For the kind of the cluster: `partition`, `time` … of Slurm."
    )
    run_id = Name(
        required=False, max_length=256, help_text="Chosen, so that submitting it twice is refused."
    )
    name = Text(default="", max_length=500)
    description = Text(default="")
    tags = TagMap(default=dict)
    parent = Name(required=False, help_text="The run_id of the parent.")
    sweep = NewSweep(
        required=False, help_text="Makes a parent, and a child for each choice of arguments."
    )


class JobChange(Input):
    """Where a waiting run goes."""

    cluster = Name(required=False, max_length=64)
    priority = Whole(required=False, min_value=-1000, max_value=1000)
    to = serializers.ChoiceField(["top", "up", "down", "bottom", "last"], required=False)


class StartOut(serializers.Serializer):
    """Seconds from now until a run starts, with an interval that holds four times out of five."""

    expected_s = serializers.FloatField()
    low_s = serializers.FloatField()
    high_s = serializers.FloatField()


class AttemptOut(serializers.Serializer):
    """One try to run a job."""

    fence = serializers.IntegerField()
    node_name = serializers.CharField()
    claimed_ms = serializers.IntegerField()
    started_ms = serializers.IntegerField(allow_null=True)
    ended_ms = serializers.IntegerField(allow_null=True)
    exit_code = serializers.IntegerField(allow_null=True)
    cause = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class JobOut(serializers.Serializer):
    """What a run runs. `place` and `start` only while it waits."""

    cluster = serializers.CharField(source="job.cluster.name")
    state = serializers.ChoiceField(JobState.choices, source="job.state")
    command = serializers.ListField(child=serializers.CharField(), source="job.command")
    environment = serializers.DictField(source="job.environment")
    variables = TextMap(source="job.variables")
    script = serializers.CharField(source="job.script", allow_blank=True)
    priority = serializers.IntegerField(source="job.priority")
    max_seconds = serializers.IntegerField(source="job.max_seconds", allow_null=True)
    retries_left = serializers.IntegerField(source="job.retries_left")
    nodes = serializers.IntegerField(source="job.nodes")
    processes_per_node = serializers.IntegerField(source="job.processes_per_node")
    communicator = serializers.CharField(source="job.communicator", allow_blank=True)
    options = serializers.DictField(source="job.options")
    queued_ms = serializers.IntegerField(source="job.queued_ms")
    place = serializers.IntegerField(allow_null=True)
    waits_because = serializers.CharField(allow_blank=True)
    start = StartOut(allow_null=True)
    attempts = AttemptOut(many=True)


class QueuedOut(serializers.Serializer):
    """A run in a queue: `place` from 1 on; 0 for one that a node holds."""

    run_id = serializers.CharField(source="job.run.run_id")
    name = serializers.CharField(source="job.run.name")
    experiment = serializers.CharField(source="job.run.experiment.name")
    status = serializers.ChoiceField(Status.choices, source="job.run.status")
    priority = serializers.IntegerField(source="job.priority")
    queued_ms = serializers.IntegerField(source="job.queued_ms")
    node = serializers.CharField(source="job.node.name", default="", allow_blank=True)
    place = serializers.IntegerField()
    start = StartOut(allow_null=True)
