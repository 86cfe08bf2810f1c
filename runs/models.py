"""Re-exports, so that Django finds the models of every room under the one app label."""

from runs.artifacts.models import File, LogTimes, RunUsage, StoredText
from runs.artifacts.registry.models import ModelVersion, RegisteredModel
from runs.artifacts.snapshots.models import Blob, RunSnapshot, Snapshot, SnapshotFile
from runs.compute.models import (
    Attempt,
    Cluster,
    ClusterSample,
    FormerClusterName,
    Job,
    Node,
    Part,
    Sweep,
)
from runs.housekeeping.models import Heartbeat, Purge
from runs.metrics.models import (
    Metric,
    MetricArtifact,
    MetricBatch,
    MetricShape,
    MetricWriter,
    Segment,
    Series,
    TextValue,
)
from runs.table.models import SavedView
from runs.tracking.models import (
    DatasetInput,
    Experiment,
    ExperimentTag,
    LastWord,
    LoggedModel,
    Param,
    Property,
    Run,
    RunEdit,
    RunTag,
    StatusChange,
)
from runs.workspaces.models import ApiToken, Member, Workspace

__all__ = [
    "ApiToken",
    "Attempt",
    "Blob",
    "Cluster",
    "ClusterSample",
    "DatasetInput",
    "Experiment",
    "ExperimentTag",
    "File",
    "FormerClusterName",
    "Heartbeat",
    "Job",
    "LastWord",
    "LogTimes",
    "LoggedModel",
    "Member",
    "Metric",
    "MetricArtifact",
    "MetricBatch",
    "MetricShape",
    "MetricWriter",
    "ModelVersion",
    "Node",
    "Param",
    "Part",
    "Property",
    "Purge",
    "RegisteredModel",
    "Run",
    "RunEdit",
    "RunSnapshot",
    "RunTag",
    "RunUsage",
    "SavedView",
    "Segment",
    "Series",
    "Snapshot",
    "SnapshotFile",
    "StatusChange",
    "StoredText",
    "Sweep",
    "TextValue",
    "Workspace",
]
