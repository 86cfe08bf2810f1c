"""Addresses of the REST API, relative to `/api/v1/`."""

from django.urls import path

from runs.api import (
    beats,
    bulk,
    clusters,
    disk,
    docs,
    experiments,
    files,
    jobs,
    log_hits,
    logs,
    metrics,
    models,
    nodes,
    purges,
    run_children,
    run_notes,
    runs,
    series,
    snapshot_diffs,
    snapshots,
    unknown,
    views,
    zips,
)

EXPERIMENTS = [
    path("experiments", experiments.Experiments.as_view()),
    path("experiments/<int:number>", experiments.OneExperiment.as_view()),
    path("experiments/<int:number>/restore", experiments.RestoreExperiment.as_view()),
    path("experiments/<int:number>/archive", experiments.ArchiveExperiment.as_view()),
    path("experiments/<int:number>/reactivate", experiments.ReactivateExperiment.as_view()),
    path("experiments/<int:number>/tags", experiments.ExperimentTags.as_view()),
    path("experiments/<int:number>/tags/<path:key>", experiments.OneExperimentTag.as_view()),
]
RUNS = [
    path("runs", runs.Runs.as_view()),
    path("runs/count", runs.RunCount.as_view()),
    path("runs/bulk", bulk.Bulk.as_view()),
    path("runs/<str:run_id>", runs.OneRun.as_view()),
    path("runs/<str:run_id>/restore", runs.RestoreRun.as_view()),
    path("runs/<str:run_id>/archive", runs.ArchiveRun.as_view()),
    path("runs/<str:run_id>/children", run_children.Children.as_view()),
    path("runs/<str:run_id>/tags", run_notes.RunTags.as_view()),
    path("runs/<str:run_id>/tags/<path:key>", run_notes.OneRunTag.as_view()),
    path("runs/<str:run_id>/properties", run_notes.Properties.as_view()),
    path("runs/<str:run_id>/params", run_notes.Params.as_view()),
]
METRICS = [
    path("runs/<str:run_id>/metrics", metrics.Metrics.as_view()),
    path("runs/<str:run_id>/metrics/values", metrics.MetricValues.as_view()),
    path("runs/<str:run_id>/metrics/rows", metrics.MetricRows.as_view()),
    path("runs/<str:run_id>/metrics/texts", metrics.MetricTexts.as_view()),
    path("runs/<str:run_id>/metrics/artifacts", metrics.MetricArtifacts.as_view()),
    path("series", series.Series.as_view()),
    path("log-hits", log_hits.LogHits.as_view()),
]
FILES = [
    path("runs/<str:run_id>/files", files.Files.as_view()),
    path("runs/<str:run_id>/files/<path:path>", files.OneFile.as_view()),
    path("runs/<str:run_id>/logs", logs.Logs.as_view()),
    path("runs/<str:run_id>/logs/tail", logs.LogTail.as_view()),
    path("runs/<str:run_id>/logs/lines", logs.LogLines.as_view()),
    path("runs/<str:run_id>/logs/search", logs.LogSearch.as_view()),
    path("runs/<str:run_id>/logs/finish", logs.FinishLog.as_view()),
    path("runs/<str:run_id>/zip", zips.RunZip.as_view()),
    path("zip", zips.RunsZip.as_view()),
]
MODELS = [
    path("models", models.Models.as_view()),
    path("models/<str:name>/<int:version>", models.OneModelVersion.as_view()),
    path("runs/<str:run_id>/models", models.RunModels.as_view()),
]
SNAPSHOTS = [
    path("runs/<str:run_id>/snapshot", snapshots.RunSnapshot.as_view()),
    path("runs/<str:run_id>/snapshot/files/<path:path>", snapshots.SnapshotFile.as_view()),
    path("runs/<str:run_id>/snapshot/diff", snapshot_diffs.SnapshotDiff.as_view()),
    path("runs/<str:run_id>/snapshot/diff/<path:path>", snapshot_diffs.SnapshotFileDiff.as_view()),
    path("runs/<str:run_id>/snapshot/zip", snapshots.SnapshotZip.as_view()),
]
CLUSTERS = [
    path("clusters", clusters.Clusters.as_view()),
    path("clusters/<str:name>", clusters.OneCluster.as_view()),
    path("clusters/<str:name>/queue", clusters.ClusterQueue.as_view()),
    path("clusters/<str:name>/node-tokens", nodes.NodeTokens.as_view()),
    path("clusters/<str:name>/nodes", nodes.Nodes.as_view()),
    path("clusters/<str:name>/nodes/<str:incarnation>", nodes.OneNode.as_view()),
    path("clusters/<str:name>/nodes/<str:incarnation>/attempts", nodes.AdoptedAttempts.as_view()),
    path("clusters/<str:name>/nodes/<str:incarnation>/claim", nodes.Claim.as_view()),
    path("clusters/<str:name>/nodes/<str:incarnation>/placements", nodes.Placements.as_view()),
]
JOBS = [
    path("snapshots", jobs.Snapshots.as_view()),
    path("jobs", jobs.Jobs.as_view()),
    path("runs/<str:run_id>/job", jobs.RunJob.as_view()),
    path("runs/<str:run_id>/cancel", jobs.CancelRun.as_view()),
    path("runs/<str:run_id>/rerun", jobs.RerunRun.as_view()),
    path("runs/<str:run_id>/beat", beats.RunBeat.as_view()),
    path("runs/<str:run_id>/attempt/beat", jobs.AttemptBeat.as_view()),
    path("runs/<str:run_id>/attempt/claim", jobs.AttemptClaim.as_view()),
    path("runs/<str:run_id>/attempt/gather", jobs.AttemptGather.as_view()),
    path("runs/<str:run_id>/attempt/finish", jobs.AttemptFinish.as_view()),
]
DISK = [
    path("disk", disk.Disk.as_view()),
    path("disk/runs", disk.LargestRuns.as_view()),
    path("runs/<str:run_id>/disk", disk.RunDisk.as_view()),
    path("experiments/<int:number>/disk", disk.ExperimentDisk.as_view()),
    path("purge", purges.Purges.as_view()),
    path("purge/preview", purges.PurgePreview.as_view()),
]
VIEWS = [
    path("views", views.SavedViews.as_view()),
    path("views/<int:view_id>", views.OneSavedView.as_view()),
]
DOCS = [
    path("schema", docs.SchemaJson.as_view()),
    path("docs", docs.Docs.as_view(), name="api_docs"),
]

urlpatterns = [
    *EXPERIMENTS,
    *RUNS,
    *METRICS,
    *FILES,
    *MODELS,
    *SNAPSHOTS,
    *CLUSTERS,
    *JOBS,
    *DISK,
    *VIEWS,
    *DOCS,
    path("<path:rest>", unknown.Unknown.as_view()),
]
