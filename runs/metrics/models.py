"""Numbers over steps: a series per run and metric, its points packed into segments."""

from django.db import models
from django.db.models import F, Q

from runs.tracking.models import Experiment, Run


class Metric(models.Model):
    """The name of something measured in an experiment; `column` names a column of a table metric.

    Names are rows of their own so that the list of an experiment's columns is one short read, and
    a series is found by a number instead of a text.
    """

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="metrics", db_index=False
    )
    key = models.CharField(max_length=250)
    column = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "key", "column"], name="metric_name_once"
            ),
        ]
        indexes = [models.Index(fields=["key", "column"], name="metric_by_key")]

    def __str__(self) -> str:
        return f"{self.key}.{self.column}" if self.column else self.key


class Series(models.Model):
    """One run's history of one metric, summed up. This row is the run table's last / min / max.

    NaN is kept as NULL (SQLite has no NaN): `last` NULL means the last value is NaN, `min` NULL
    that no value was a number. `n` counts all points, `nan_count` the NaN among them, so the mean
    is `sum / (n - nan_count)`. `last` is the maximum by (step, time, value), MLflow's rule for
    "latest"; `first` the minimum by the same order. `ordered` is true while every point arrived in
    ascending (time, step, value) and (step, time, value) order, which lets reads skip sorting.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="series", db_index=False)
    metric = models.ForeignKey(Metric, models.CASCADE, related_name="series", db_index=False)
    n = models.BigIntegerField()
    nan_count = models.BigIntegerField(default=0)
    first = models.FloatField(null=True)
    first_step = models.BigIntegerField()
    first_ms = models.BigIntegerField()
    last = models.FloatField(null=True)
    last_step = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    min = models.FloatField(null=True)
    min_step = models.BigIntegerField(null=True)
    max = models.FloatField(null=True)
    max_step = models.BigIntegerField(null=True)
    sum = models.FloatField(null=True)
    ordered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "metric"], name="series_once")]
        # Sorting the run table by an aggregate walks these. A least or greatest value that is the
        # last one stands in the first index alone: a run with one point of each metric is entered
        # once. What follows `run` answers means and values at best without touching the rows.
        indexes = [
            models.Index(
                fields=[
                    "metric",
                    "last",
                    "run",
                    "n",
                    "nan_count",
                    "sum",
                    "last_step",
                    "min",
                    "min_step",
                    "max",
                    "max_step",
                ],
                name="series_by_last",
            ),
            models.Index(
                fields=["metric", "min", "run"],
                name="series_by_min",
                condition=Q(min__lt=F("last")) | Q(last__isnull=True),
            ),
            models.Index(
                fields=["metric", "max", "run"],
                name="series_by_max",
                condition=Q(max__gt=F("last")) | Q(last__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.metric_id}"


class Segment(models.Model):
    """Packed points of a series, in the order they arrived; `seq` is the index of the first one.

    `data` holds n times `<i8 step, <i8 time in ms, <f8 value`. A segment is sealed when it holds
    `seq % SEALED == 0` and n = 1024 points; the summary columns (NULL before) then let a long
    series be drawn without reading its points.
    """

    pk = models.CompositePrimaryKey("series_id", "seq")
    series = models.ForeignKey(Series, models.CASCADE, related_name="segments", db_index=False)
    seq = models.BigIntegerField()
    n = models.IntegerField()
    low_step = models.BigIntegerField(null=True)
    high_step = models.BigIntegerField(null=True)
    low_ms = models.BigIntegerField(null=True)
    high_ms = models.BigIntegerField(null=True)
    min = models.FloatField(null=True)
    min_step = models.BigIntegerField(null=True)
    min_ms = models.BigIntegerField(null=True)
    max = models.FloatField(null=True)
    max_step = models.BigIntegerField(null=True)
    max_ms = models.BigIntegerField(null=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.series_id}[{self.seq}:{self.seq + self.n}]"


class TextValue(models.Model):
    """A text logged as a metric value. It may be a column of the run table, never of a chart."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="text_values", db_index=False)
    metric = models.ForeignKey(Metric, models.CASCADE, related_name="text_values")
    step = models.BigIntegerField()
    ms = models.BigIntegerField()
    value = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["run", "metric", "step"], name="text_value_by_step")]

    def __str__(self) -> str:
        return self.value


class MetricShape(models.Model):
    """What a metric of a run was logged as, where its values alone do not say so.

    A list of one value looks like a single value, and the columns of a table have an order:
    the first one is the x of its chart.
    """

    class Kind(models.TextChoices):
        """The calls that need such a row."""

        LIST = "list"
        ROW = "row"
        TABLE = "table"

    run = models.ForeignKey(Run, models.CASCADE, related_name="metric_shapes", db_index=False)
    key = models.CharField(max_length=250)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="metric_shape_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.kind}"


class MetricArtifact(models.Model):
    """A metric whose value is a file of the run: an image, or the JSON of a diagram.

    `path` names the file in the run's tree; the file may be replaced or deleted on its own.
    """

    class Kind(models.TextChoices):
        """What the file holds; the diagrams are Azure ML's documents of these `schema_type`s."""

        IMAGE = "image"
        CONFUSION_MATRIX = "confusion_matrix"
        ACCURACY_TABLE = "accuracy_table"
        RESIDUALS = "residuals"
        PREDICTIONS = "predictions"

    run = models.ForeignKey(Run, models.CASCADE, related_name="metric_artifacts", db_index=False)
    key = models.CharField(max_length=250)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    step = models.BigIntegerField()
    ms = models.BigIntegerField()
    path = models.CharField(max_length=1024)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "key", "step", "path"], name="metric_artifact_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.path}"


class MetricWriter(models.Model):
    """How far a client's writer has come: all it has numbered up to `sequence` is stored.

    A writer is one process that logs to a run; it numbers its values upwards, and what it sends
    twice is stored once. Written with the values in one transaction.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="metric_writers", db_index=False)
    writer = models.CharField(max_length=64)
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "writer"], name="writer_once")]

    def __str__(self) -> str:
        return f"{self.writer}: {self.sequence}"


class MetricBatch(models.Model):
    """A batch of metrics that is stored: sent again under the same id, it stores nothing.

    Written with its points in one transaction; forgotten after a week. `digest` tells the same
    batch from another one that was given the same id by mistake.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="metric_batches", db_index=False)
    batch_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=32)
    stored_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "batch_id"], name="batch_once")]
        indexes = [models.Index(fields=["stored_ms"], name="batch_by_age")]

    def __str__(self) -> str:
        return self.batch_id
