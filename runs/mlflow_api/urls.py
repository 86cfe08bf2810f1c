"""Addresses of the MLflow protocol, the most asked first: Django tries them in order.

The same endpoints answer under `/api/2.0`, which clients use, and `/ajax-api/2.0`, which pages of
MLflow's own interface use. A few exist under the second alone.
"""

from django.urls import URLPattern, include, path, re_path

from runs.mlflow_api import (
    artifacts,
    experiment_search,
    experiments,
    history,
    inputs,
    logged_models,
    proxied,
    run_search,
    runs,
    server,
    shown_limits,  # noqa: F401  (registers them)
    writes,
)

run_urls = [
    path("log-metric", writes.log_metric),
    path("log-batch", writes.log_many),
    path("log-parameter", writes.log_param),
    path("get", runs.get),
    path("create", runs.create),
    path("update", runs.update),
    path("search", run_search.search),
    path("set-tag", writes.set_tag),
    path("delete-tag", runs.delete_tag),
    path("delete", runs.delete),
    path("restore", runs.restore),
    path("log-inputs", inputs.log_inputs),
    path("outputs", inputs.log_outputs),
    path("log-model", inputs.log_model),
]
metric_urls = [
    path("get-history", history.get_history),
    path("get-history-bulk-interval", history.get_history_interval),
]
experiment_urls = [
    path("get-by-name", experiments.get_by_name),
    path("get", experiments.get),
    path("search", experiment_search.search),
    path("create", experiments.create),
    path("update", experiments.update),
    path("delete", experiments.delete),
    path("restore", experiments.restore),
    path("set-experiment-tag", experiments.set_tag),
    path("delete-experiment-tag", experiments.delete_tag),
]
model_urls = [
    path("search", logged_models.search),
    path("<str:model_id>", logged_models.by_id),
    path("<str:model_id>/tags", logged_models.set_tags),
    path("<str:model_id>/tags/<path:key>", logged_models.delete_tag),
    path("<str:model_id>/params", logged_models.log_params),
    path("<str:model_id>/artifacts/directories", logged_models.list_files),
]
tracking_urls = [
    path("runs/", include(run_urls)),
    path("metrics/", include(metric_urls)),
    path("experiments/", include(experiment_urls)),
    path("artifacts/list", artifacts.list_artifacts),
    path("logged-models", logged_models.create),
    path("logged-models/", include(model_urls)),
]
page_urls = [
    path("metrics/get-history-bulk", history.get_history_bulk),
    path("upload-artifact", artifacts.upload_artifact),
]
file_urls = [
    path("artifacts", proxied.list_folder),
    path("artifacts/<path:address>", proxied.at_path),
    path("mpu/create/<path:address>", proxied.multipart),
    path("mpu/complete/<path:address>", proxied.multipart),
    path("mpu/abort/<path:address>", proxied.multipart),
    path("presigned/<path:address>", proxied.presigned),
]


def both_prefixes(version: str, urls: list[URLPattern], base: str) -> list:
    """Return `urls` under the prefix of clients and under the one of pages."""
    return [path(f"{api}/{version}/{base}/", include(urls)) for api in ("api", "ajax-api")]


urlpatterns = [
    *both_prefixes("2.0", tracking_urls, "mlflow"),
    *both_prefixes("2.0", file_urls, "mlflow-artifacts"),
    path("ajax-api/2.0/mlflow/", include(page_urls)),
    *both_prefixes("3.0", [path("server-info", server.server_info)], "mlflow"),
    path("get-artifact", artifacts.get_artifact),
    path("health", server.health),
    path("version", server.version),
    re_path(r"^(?:ajax-)?api/[0-9.]+/(?:mlflow|mlflow-artifacts|preview)(?:/.*)?$", server.unknown),
]
