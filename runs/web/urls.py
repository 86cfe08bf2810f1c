"""Addresses of the pages."""

from django.urls import include, path

from runs.web import (
    bulk,
    compare,
    experiment,
    experiment_edit,
    experiments,
    exports,
    files,
    health,
    log_search,
    logs,
    points,
    run,
    run_edit,
    run_outputs,
    runs_table,
    saved_views,
    search,
    series,
    sign_in,
    start,
    zips,
)

EXPERIMENT = [
    path("edit", experiment_edit.panel, name="experiment_panel"),
    path("change", experiment_edit.change, name="experiment_change"),
    path("tag", experiment_edit.tag, name="experiment_tag"),
    path("lifecycle", experiment_edit.lifecycle, name="experiment_lifecycle"),
]
RUN = [
    path("change", run_edit.change, name="run_change"),
    path("tag", run_edit.tag, name="run_tag"),
    path("lifecycle", run_edit.lifecycle, name="run_lifecycle"),
    path("points", points.points, name="points"),
    path("folder", run_outputs.folder, name="folder"),
    path("preview", run_outputs.preview, name="preview"),
    path("log-lines", logs.lines, name="log_lines"),
    path("log-hits", logs.hits, name="log_hits"),
    path("zip", zips.run_zip, name="run_zip"),
    path("files/<path:path>", files.file, name="run_file"),
    path("<slug:tab>", run.run, name="run_tab"),
]
IN_WORKSPACE = [
    path("", start.home, name="home"),
    path("workspaces", start.workspaces, name="workspaces"),
    path("counts", search.counts, name="counts"),
    path("search", search.search, name="search"),
    path("log-search", log_search.log_search, name="log_search"),
    path("log-search/hits", log_search.hits, name="log_search_hits"),
    path("experiments", experiments.experiments, name="experiments"),
    path("experiment/<int:number>/", include(EXPERIMENT)),
    path("experiment/<int:number>", experiment.by_number, name="experiment_by_number"),
    path("experiments/<path:name>", experiment.by_name, name="experiment"),
    path("series", series.series, name="series"),
    path("zip", zips.runs_zip, name="runs_zip"),
    path("runs", runs_table.runs, name="runs"),
    path("run-rows", runs_table.rows, name="run_rows"),
    path("metric-summary", runs_table.summary, name="metric_summary"),
    path("run-counts", runs_table.counts, name="run_counts"),
    path("columns", runs_table.column_names, name="column_names"),
    path("completions", runs_table.completions, name="completions"),
    path("bulk", bulk.bulk, name="bulk"),
    path("export", exports.export, name="export"),
    path("compare", compare.compare, name="compare"),
    path("views", saved_views.views, name="views"),
    path("views/<int:view_id>", saved_views.change_view, name="view"),
    path("runs/<str:run_id>", run.run, name="run"),
    path("runs/<str:run_id>/", include(RUN)),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", start.start, name="start"),
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("w/<slug:workspace>/", include(IN_WORKSPACE)),
]
