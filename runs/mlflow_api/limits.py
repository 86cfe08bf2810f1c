"""Page sizes and view types, which several searches share."""

from runs.mlflow_api.enums import read_word
from runs.mlflow_api.errors import invalid_value
from runs.tracking.models import Lifecycle

MAX_RESULTS = 50_000

# An archived experiment or run is one that pages do not list; to MLflow's clients it is active.
ACTIVE_ONLY = (Lifecycle.ACTIVE.value, Lifecycle.ARCHIVED.value)
DELETED_ONLY = (Lifecycle.DELETED.value,)
VIEWS: dict[str, tuple[str, ...]] = {
    "ACTIVE_ONLY": ACTIVE_ONLY,
    "DELETED_ONLY": DELETED_ONLY,
    "ALL": ACTIVE_ONLY + DELETED_ONLY,
}
NUMBERS = dict(enumerate(VIEWS, start=1))


def check_max_results(wanted: int, most: int = MAX_RESULTS) -> int:
    """Return the number of results a client asks for. Raises `ProtocolError`."""
    if wanted < 1:
        raise invalid_value("max_results", wanted, "It must be a positive integer.")
    if wanted > most:
        raise invalid_value("max_results", wanted, f"It must be at most {most}.")
    return wanted


def read_view_type(raw: str | int | None) -> tuple[str, ...]:
    """Return the lifecycles a view type shows. Unknown ones read as ACTIVE_ONLY."""
    return VIEWS.get("" if raw is None else read_word(raw, NUMBERS), ACTIVE_ONLY)
