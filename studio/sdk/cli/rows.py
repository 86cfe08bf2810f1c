"""How runs look in lists: Azure ML's names for programs, the first columns for people."""

from typing import Any

RUN_COLUMNS = ("runId", "displayName", "experiment", "status", "startTimeUtc", "duration")
FEW_COLUMNS = ("runId", "status")


def row_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return a run of a list: what `run show` says without its job and its logs, and names."""
    from studio.sdk.run_parts.facts import details_of, duration_of

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
