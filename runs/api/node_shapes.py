"""How nodes and their attempts look in requests and answers: the protocol of a node."""

from typing import Any

from rest_framework import serializers

from runs.api.files import TextFile
from runs.api.inputs import Flag, Input, Name, Text, TextMap, Whole
from runs.compute.models import ClusterKind
from runs.compute.reasons import Cause
from runs.tracking.statuses import Status

MOST_MS = 10_000 * 86_400_000
SAME_CLAIM = "Names the claim: asked again with the same, the studio gives the same attempt again."
NODE: dict[str, Any] = {
    "incarnation": "0f3b5a9c1e7d4f2a8b6c0d1e2f3a4b5c",
    "name": "worker-7",
    "slots": 2,
    "held": 1,
    "version": "1",
    "hardware": {"cores": 8, "memory_bytes": 34_359_738_368},
    "load": {"load": 3.1},
    "is_draining": False,
    "joined_ms": 1_780_000_000_000,
    "seen_ms": 1_780_000_004_000,
}


class NewNode(Input):
    """A node that has just started."""

    incarnation = Text(
        default="", max_length=32,
        help_text="32 hex digits that the node chooses: entered twice, it is entered once.",
    )  # fmt: skip
    name = Name(max_length=128)
    slots = Whole(default=1, min_value=1, max_value=512, help_text="Jobs it runs at a time.")
    version = Text(default="", max_length=32)
    hardware = serializers.DictField(default=dict)


class LeftAttempt(Input):
    """An attempt, or its part, whose supervisor still runs on the machine of the node."""

    run_id = Name()
    fence = Whole(min_value=1)
    rank = Whole(default=0, min_value=0)


class LeftAttempts(Input):
    """What an earlier start of the node has left running."""

    attempts = serializers.ListField(child=LeftAttempt(), max_length=512)


class NodeOut(serializers.Serializer):
    """A node of a cluster; `held` is how many jobs it has."""

    incarnation = serializers.CharField()
    name = serializers.CharField()
    slots = serializers.IntegerField()
    held = serializers.IntegerField()
    version = serializers.CharField(allow_blank=True)
    hardware = serializers.DictField()
    load = serializers.DictField()
    is_draining = serializers.BooleanField()
    joined_ms = serializers.IntegerField()
    seen_ms = serializers.IntegerField()


class RegisteredOut(serializers.Serializer):
    """Who the node is from now on, and the queue on which its bell rings."""

    incarnation = serializers.CharField()
    queue = serializers.CharField()
    kind = serializers.ChoiceField(ClusterKind.choices)


class ToldIn(Input):
    """What another scheduler says of an attempt."""

    run_id = Name()
    fence = Whole(min_value=1)
    handle = Text(max_length=64, help_text="Empty: the scheduler has refused the order.")
    state = serializers.ChoiceField(["waiting", "running", "ended"])
    reason = Text(default="", max_length=500)
    place = Whole(default=0, min_value=0, help_text="From 1 on; 0: it does not wait.")
    expected_ms = Whole(required=False, allow_null=True, default=None)


class PlacementsIn(Input):
    """All that another scheduler knows of the runs of a cluster, and how many more it may get."""

    told = ToldIn(many=True, max_length=2000)
    room = Whole(min_value=0, max_value=512)


class OrderOut(serializers.Serializer):
    """An attempt to place. `token` is its run token, with which it claims itself."""

    run_id = serializers.CharField()
    fence = serializers.IntegerField()
    token = serializers.CharField(allow_blank=True)
    nodes = serializers.IntegerField()
    options = serializers.DictField()


class OrdersOut(serializers.Serializer):
    """What to place, and the handles of what to take away."""

    wanted = OrderOut(many=True)
    unwanted = serializers.ListField(child=serializers.CharField())


class PlacedClaim(Input):
    """An attempt that another scheduler has started: on which machine, as which of several."""

    fence = Whole(min_value=1)
    rank = Whole(default=0, min_value=0)
    host = Name(max_length=128)
    claim_id = Text(default="", max_length=32, help_text=SAME_CLAIM)


class NodeChange(Input):
    """Whether the node finishes what it runs and takes nothing new."""

    is_draining = Flag()


class NewClaim(Input):
    """What a node asks with: its claim, and how busy its machine is."""

    claim_id = Text(default="", max_length=32, help_text=SAME_CLAIM)
    load = serializers.DictField(
        required=False,
        help_text="`trouble` in it says why the node takes no runs: then it gets nothing new.",
    )


class ClaimedOut(serializers.Serializer):
    """A job for a node. `token` is the run token, which nobody else gets."""

    run_id = serializers.CharField()
    fence = serializers.IntegerField()
    experiment = serializers.CharField()
    command = serializers.ListField(child=serializers.CharField())
    environment = serializers.DictField()
    variables = TextMap()
    has_snapshot = serializers.BooleanField()
    max_seconds = serializers.IntegerField(allow_null=True)
    kills_itself = serializers.BooleanField()
    nodes = serializers.IntegerField()
    node_rank = serializers.IntegerField()
    processes_per_node = serializers.IntegerField()
    communicator = serializers.CharField(allow_blank=True)
    token = serializers.CharField(allow_blank=True)


class Beat(Input):
    """A sign of life of an attempt, and how far it is."""

    fence = Whole(min_value=1)
    rank = Whole(default=0, min_value=0, help_text="Which of several nodes beats.")
    status = serializers.ChoiceField(
        [Status.PREPARING, Status.RUNNING, Status.FINALIZING], required=False
    )


class BeatOut(serializers.Serializer):
    """What the studio wants; the lease holds for `lease_ms` from now on."""

    cancel = serializers.BooleanField()
    by = serializers.CharField(allow_blank=True, help_text="Who asked to cancel.")
    lease_ms = serializers.IntegerField()


class Finish(Input):
    """How an attempt ended, or its part on one of several nodes, and what is left of it. All of it
    is stored, or nothing."""

    fence = Whole(min_value=1)
    rank = Whole(default=0, min_value=0)
    cause = serializers.ChoiceField(Cause.choices)
    exit_code = Whole(required=False, allow_null=True, default=None)
    detail = Text(default="", max_length=500)
    since_start_ms = Whole(
        required=False, allow_null=True, default=None, min_value=0, max_value=MOST_MS,
        help_text="How long ago its processes started; null: they did not. It says when a run "
        "began to run that ends before its first beat.",
    )  # fmt: skip
    logs = serializers.ListField(
        child=TextFile(), default=list, max_length=100,
        help_text="Complete logs of which the studio has nothing yet.",
    )  # fmt: skip
    files = serializers.ListField(
        child=TextFile(), default=list, max_length=100,
        help_text="Small files; what was there is replaced.",
    )  # fmt: skip


class Gather(Input):
    """A node of several that is prepared: where the others reach it, and on which port."""

    fence = Whole(min_value=1)
    rank = Whole(min_value=0)
    address = Name(max_length=255)
    port = Whole(min_value=1, max_value=65535)


class PartOut(serializers.Serializer):
    """One of the nodes of a run; `address` is empty until it is prepared."""

    rank = serializers.IntegerField()
    node_name = serializers.CharField()
    address = serializers.CharField(allow_blank=True)


class GatheredOut(serializers.Serializer):
    """Who is there; once `is_complete`, all start and meet at the master's address and port."""

    is_complete = serializers.BooleanField()
    master_address = serializers.CharField(allow_blank=True)
    master_port = serializers.IntegerField(allow_null=True)
    parts = PartOut(many=True)
