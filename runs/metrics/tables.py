"""The names of this room's tables, for SQL written by hand."""

from runs.metrics import models

METRIC = models.Metric._meta.db_table
SERIES = models.Series._meta.db_table
SEGMENT = models.Segment._meta.db_table
TEXT_VALUE = models.TextValue._meta.db_table
METRIC_SHAPE = models.MetricShape._meta.db_table
METRIC_ARTIFACT = models.MetricArtifact._meta.db_table
METRIC_BATCH = models.MetricBatch._meta.db_table
METRIC_WRITER = models.MetricWriter._meta.db_table
