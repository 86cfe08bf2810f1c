"""How runs look in lists: Azure ML's names for programs, the first columns for people."""

from datetime import datetime
from typing import Any

RUN_COLUMNS = ("runId", "displayName", "experiment", "status", "startTimeUtc", "duration")
FEW_COLUMNS = ("runId", "status")


def row_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return a run of a list: what `run show` says without its job and its logs, and names."""
    from studio.sdk.run_parts.facts import details_of

    return details_of(document, {}) | {
        "displayName": document["name"],
        "number": document["number"],
        "experiment": document["experiment"]["name"],
        "parentRunId": document["parent"],
        "kind": document["kind"],
        "params": document["params"],
        "metrics": document["metrics"],
        "duration": duration_of(document),
    }


def duration_of(document: dict[str, Any]) -> str | None:
    """Return how long a run took, or takes until now."""
    if document["started_ms"] is None:
        return None
    ended_ms = document["ended_ms"] or datetime.now().timestamp() * 1000
    seconds = max(0, round((ended_ms - document["started_ms"]) / 1000))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
