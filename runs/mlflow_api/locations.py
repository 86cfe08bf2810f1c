"""Where a client is told to send the files of a run.

`mlflow-artifacts:` makes it send them to the studio. A location that a client gave to its
experiment is handed back to it, and means something to that client alone: the studio never opens
it.
"""

from urllib.parse import urlsplit, urlunsplit

from runs.details.reading import ExperimentTuple, RunTuple
from runs.mlflow_api.errors import invalid_value
from runs.tracking.client_tags import ARTIFACT_SCHEME
from runs.tracking.models import Experiment, LoggedModel, Run

MAX_CHARS = 2000


def experiment_location(experiment: Experiment | ExperimentTuple) -> str:
    """Return the folder of an experiment."""
    return experiment.artifact_location or f"{ARTIFACT_SCHEME}/{experiment.number}"


def run_location(run: Run | RunTuple) -> str:
    """Return the folder of a run."""
    return append(experiment_location(run.experiment), f"{run.run_id}/artifacts")


def model_location(model: LoggedModel) -> str:
    """Return the folder of a logged model."""
    return append(experiment_location(model.experiment), f"models/{model.model_id}/artifacts")


def append(location: str, path: str) -> str:
    """Return `location` with `path` behind its own path, before a query string."""
    if "?" not in location:
        return f"{location.rstrip('/')}/{path}"
    parts = urlsplit(location)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{path}"))


def check_location(location: str) -> str:
    """Return a location a client gives. Raises `ProtocolError`.

    Fragments and `;params` are refused, as MLflow does: they have hidden paths from checks.
    """
    if not location:
        return ""
    if len(location) > MAX_CHARS:
        raise invalid_value("artifact_location", location, f"at most {MAX_CHARS} characters.")
    try:
        parts = urlsplit(location)
    except ValueError as error:
        raise invalid_value("artifact_location", location, f"{error}.") from error
    if parts.fragment or location.endswith("#") or ";" in parts.path.rpartition("/")[2]:
        raise invalid_value(
            "artifact_location", location, "it must not contain a fragment or parameters."
        )
    if ".." in parts.query:
        raise invalid_value("artifact_location", location, "its query string contains '..'.")
    return location
