"""Experiments, runs, and what is written beside them: params, tags, properties, history."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Substr

from runs.tracking.statuses import Status
from runs.workspaces.models import Workspace

# PostgreSQL refuses index entries above 2.7 kB; a value is indexed by its first characters.
INDEXED_VALUE_CHARS = 200


class Lifecycle(models.TextChoices):
    """Shown, hidden from lists, or marked for deletion. Nothing is erased before a purge."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"


# The lifecycle of what a purge is taking apart: no choice of anybody's, and nobody sees it.
ERASING = "erasing"
GONE = (Lifecycle.DELETED.value, ERASING)


class NotErasing(models.Manager):
    """All rows but those that a purge is taking apart: half a run is never seen."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().exclude(lifecycle=ERASING)


class RunKind(models.TextChoices):
    """How a run came to be."""

    INTERACTIVE = "interactive"
    SCRIPT = "script"
    PIPELINE = "pipeline"
    SWEEP = "sweep"
    AUTOML = "automl"
    EXTERNAL = "external"


class Experiment(models.Model):
    """A named group of runs. `/` in the name makes a tree.

    `number` rises per workspace and is the experiment id of the MLflow protocol; 0 is `Default`.
    """

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="experiments", db_index=False
    )
    number = models.BigIntegerField()
    name = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    artifact_location = models.CharField(max_length=2000, blank=True)
    lifecycle = models.CharField(
        max_length=8, choices=Lifecycle.choices, default=Lifecycle.ACTIVE.value
    )
    next_run_number = models.BigIntegerField(default=1)
    created_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    objects = NotErasing()
    with_erasing = models.Manager()  # noqa: DJ012  (a manager, not a field)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="experiment_name_taken"),
            models.UniqueConstraint(fields=["workspace", "number"], name="experiment_number_taken"),
        ]

    def __str__(self) -> str:
        return self.name


# The client that has ended a run has not said when.
NO_END = -(2**63)


class Run(models.Model):
    """One execution. `run_id` is its public name, `id` the one inside.

    Times are milliseconds since the epoch: `started_ms` and `ended_ms` as the client said them,
    `created_ms` and `updated_ms` by the server's clock. A run that ends without an end of the
    client's ends by the server's clock; `client_ended_ms` then has what clients see that read their
    own end only (`NO_END`: none yet). `workspace` repeats the experiment's so
    that the page of all runs needs no join, `name_order` sorts as people sort the name. `fence` is
    that of the attempt whose writes count: a run token with another one may write nothing.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="runs", db_index=False)
    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="runs", db_index=False)
    run_id = models.CharField(max_length=256, unique=True)
    number = models.BigIntegerField()
    name = models.CharField(max_length=500, blank=True)
    name_order = models.CharField(max_length=1500, blank=True, default="", db_default="")
    kind = models.CharField(max_length=11, choices=RunKind.choices, default=RunKind.EXTERNAL.value)
    status = models.CharField(max_length=15, choices=Status.choices)
    status_reason = models.CharField(max_length=500, blank=True)
    lifecycle = models.CharField(
        max_length=8, choices=Lifecycle.choices, default=Lifecycle.ACTIVE.value
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="children", db_index=False
    )
    root = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="descendants", db_index=False
    )
    submitted_by = models.CharField(max_length=256, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False)
    target = models.CharField(max_length=128, blank=True)
    description = models.TextField(blank=True)
    error = models.TextField(blank=True)
    source = models.JSONField(default=dict)
    started_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
    client_ended_ms = models.BigIntegerField(null=True)
    created_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()
    fence = models.IntegerField(default=0, db_default=0)

    objects = NotErasing()
    with_erasing = models.Manager()  # noqa: DJ012  (a manager, not a field)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "number"], name="run_number_taken"),
        ]
        indexes = [
            # Read backwards: the newest runs first, of one experiment and of the workspace. A new
            # run is entered at the end of its range, where a page of the index has room.
            models.Index(
                fields=["experiment", "lifecycle", "started_ms", "-run_id", "parent"],
                name="run_top_newest",
                condition=Q(parent__isnull=True),
            ),
            models.Index(
                fields=["workspace", "lifecycle", "started_ms", "-run_id", "parent"],
                name="run_top_newest_all",
                condition=Q(parent__isnull=True),
            ),
            # Child runs, which may be a hundred times as many. A list with both reads both.
            models.Index(
                fields=["experiment", "lifecycle", "started_ms", "-run_id", "parent"],
                name="run_child_newest",
                condition=Q(parent__isnull=False),
            ),
            models.Index(
                fields=["workspace", "lifecycle", "started_ms", "-run_id", "parent"],
                name="run_child_newest_all",
                condition=Q(parent__isnull=False),
            ),
            # These two count without touching the rows, too, and so have more than their order.
            models.Index(
                fields=["experiment", "created_ms", "lifecycle", "parent"], name="run_created"
            ),
            models.Index(
                fields=["workspace", "status", "lifecycle", "experiment", "parent"],
                name="run_status",
            ),
            models.Index(fields=["parent"], name="run_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["user"], name="run_user", condition=Q(user__isnull=False)),
            models.Index(fields=["root"], name="run_root", condition=Q(root__isnull=False)),
            # The list of deleted runs, the last one first.
            models.Index(
                fields=["workspace", "-updated_ms", "-id"],
                name="run_deleted",
                condition=Q(lifecycle="deleted"),
            ),
        ]

    def __str__(self) -> str:
        return self.run_id


class LastWord(models.Model):
    """When the client of a run last wrote something to it, by the server's clock, to a few seconds.

    `beats`: it also tells that it lives while it has nothing to write.
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="last_word")
    at_ms = models.BigIntegerField()
    beats = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.run_id)


class Param(models.Model):
    """An input of a run; written once. `number` is its value where that reads as a number."""

    pk = models.CompositePrimaryKey("run_id", "key")
    run = models.ForeignKey(Run, models.CASCADE, related_name="params", db_index=False)
    experiment = models.ForeignKey(Experiment, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=250)
    value = models.TextField()
    number = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index(
                F("experiment"),
                F("key"),
                Substr("value", 1, INDEXED_VALUE_CHARS),
                F("run"),
                F("number"),
                name="param_by_value",
            ),
            models.Index(
                fields=["experiment", "key", "number", "run"],
                name="param_by_number",
                condition=Q(number__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class RunTag(models.Model):
    """A mutable note on a run; the last value wins. None is a tag without a value."""

    pk = models.CompositePrimaryKey("run_id", "key")
    run = models.ForeignKey(Run, models.CASCADE, related_name="tags", db_index=False)
    experiment = models.ForeignKey(Experiment, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=250)
    value = models.TextField(null=True)  # noqa: DJ001  (None: a tag without a value)

    class Meta:
        indexes = [
            models.Index(
                F("experiment"),
                F("key"),
                Substr("value", 1, INDEXED_VALUE_CHARS),
                F("run"),
                name="run_tag_by_value",
            ),
        ]

    def __str__(self) -> str:
        return self.key if self.value is None else f"{self.key}={self.value}"


class Property(models.Model):
    """A write-once fact about a run. The database itself refuses a change (migration 0002)."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="properties", db_index=False)
    experiment = models.ForeignKey(Experiment, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=250)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="property_once"),
        ]
        indexes = [
            models.Index(
                F("experiment"),
                F("key"),
                Substr("value", 1, INDEXED_VALUE_CHARS),
                F("run"),
                name="property_by_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class ExperimentTag(models.Model):
    """A mutable note on an experiment."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "key"], name="experiment_tag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class FormerName(models.Model):
    """A name that an experiment had: its address goes on to the experiment until another takes
    the name."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=500)
    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="former_names")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="former_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class StatusChange(models.Model):
    """One line of a run's history: which status, when by the server's clock, who and why."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="status_changes")
    status = models.CharField(max_length=15, choices=Status.choices)
    at_ms = models.BigIntegerField()
    by = models.CharField(max_length=256, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.status}"


class RunEdit(models.Model):
    """What somebody changed of a run: `what` is name, description or tag, `key` that of the tag.
    None before: it was not there; None after: it was removed."""

    NAME, DESCRIPTION, TAG = "name", "description", "tag"

    run = models.ForeignKey(Run, models.CASCADE, related_name="edits")
    at_ms = models.BigIntegerField()
    by = models.CharField(max_length=256)
    what = models.CharField(max_length=11)
    key = models.CharField(max_length=250, blank=True)
    before = models.TextField(null=True)  # noqa: DJ001  (None: not there)
    after = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.what} {self.key}"


class DatasetInput(models.Model):
    """A data set a run has read, as MLflow's `log_input` describes it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="dataset_inputs", db_index=False)
    experiment = models.ForeignKey(Experiment, models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=36)
    context = models.CharField(max_length=500, blank=True)
    source_type = models.CharField(max_length=500, blank=True)
    source = models.TextField(blank=True)
    schema = models.TextField(blank=True)
    profile = models.TextField(blank=True)
    tags = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name", "digest"], name="dataset_input_once"),
        ]
        indexes = [models.Index(fields=["experiment", "name"], name="dataset_input_by_name")]

    def __str__(self) -> str:
        return f"{self.name} ({self.digest})"


class LoggedModel(models.Model):
    """A model that an MLflow 3 client says it logged: enough for autologging to go on."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="logged_models")
    source_run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="logged_models")
    model_id = models.CharField(max_length=34, unique=True)
    name = models.CharField(max_length=500)
    model_type = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=32)
    params = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    created_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return self.model_id
