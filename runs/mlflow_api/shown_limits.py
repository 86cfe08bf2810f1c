"""The limits of the protocol, as the page of limits shows them."""

from runs.http.limits import Limit, register_limits
from runs.mlflow_api import artifacts, history, inputs, limits, names
from runs.tracking.notes import MAX_CLIENT_TAG_CHARS

register_limits(
    "MLflow's protocol",
    Limit("Metrics in one batch", names.MAX_METRICS),
    Limit("Params in one batch", names.MAX_PARAMS),
    Limit("Tags in one batch", names.MAX_TAGS),
    Limit("Metrics, params and tags in one batch", names.MAX_ENTITIES),
    Limit("Name of a metric, param or tag", f"{names.MAX_KEY_CHARS} characters"),
    Limit("Value of a param", f"{names.MAX_PARAM_CHARS:,} characters"),
    Limit("Value of a tag", f"{names.MAX_TAG_CHARS:,} characters"),
    Limit("Value of a tag that clients keep", f"{MAX_CLIENT_TAG_CHARS:,} characters"),
    Limit("Value of a tag of an experiment", f"{names.MAX_EXPERIMENT_TAG_CHARS:,} characters"),
    Limit("Data sets in one request", inputs.MAX_DATASETS),
    Limit("Results of one search", limits.MAX_RESULTS),
    Limit("Points of one page of a history", history.MAX_PAGE),
    Limit("File sent by upload-artifact", f"{artifacts.MAX_UPLOAD_BYTES >> 20} MiB"),
)
