"""MLflow's five run statuses against ours. Nothing else in the studio knows them."""

from runs.mlflow_api.enums import read_word
from runs.mlflow_api.errors import invalid_value
from runs.tracking.statuses import Status

# MLflow's number of each status, accepted on the wire like its name.
NUMBERS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}

FROM_MLFLOW = {
    "RUNNING": Status.RUNNING,
    "SCHEDULED": Status.QUEUED,
    "FINISHED": Status.COMPLETED,
    "FAILED": Status.FAILED,
    "KILLED": Status.CANCELED,
}

# All of ours that a client sees under one MLflow name; a filter on the name means all of them.
TO_OURS: dict[str, tuple[Status, ...]] = {
    "RUNNING": (
        Status.RUNNING,
        Status.FINALIZING,
        Status.CANCEL_REQUESTED,
        Status.NOT_RESPONDING,
    ),
    "SCHEDULED": (
        Status.NOT_STARTED,
        Status.STARTING,
        Status.PROVISIONING,
        Status.PREPARING,
        Status.QUEUED,
    ),
    "FINISHED": (Status.COMPLETED,),
    "FAILED": (Status.FAILED,),
    "KILLED": (Status.CANCELED,),
}
TO_MLFLOW: dict[str, str] = {ours: name for name, all_ours in TO_OURS.items() for ours in all_ours}


def read_status(raw: str | int | None) -> Status | None:
    """Return the status a client names or numbers; None where it gives none.

    Raises `ProtocolError` for one that MLflow does not know.
    """
    if raw is None or raw == "":
        return None
    name = read_word(raw, NUMBERS)
    if name not in FROM_MLFLOW:
        raise invalid_value("status", raw, f"Use one of {', '.join(FROM_MLFLOW)}.")
    return FROM_MLFLOW[name]
