"""What a submit would do: the files and their size, the environment, the place in the queue."""

from typing import Any

SHOWN_FILES = 20


def plan_of(workspace: Any, experiment_name: str, config: Any) -> dict[str, Any]:
    """Return what would be sent and when it would start. Raises what a submit would raise."""
    from studio.sdk.compute import ComputeTarget
    from studio.sdk.experiment import check_name
    from studio.sdk.snapshots import list_files
    from studio.sdk.submitting import check_script, job_of

    check_name(experiment_name)
    check_script(config)
    files = list_files(config.source_directory)
    job = job_of(config)
    target = ComputeTarget(workspace, job["cluster"])
    return {
        "experiment": experiment_name,
        "command": job["command"],
        "cluster": target.name,
        **place_in(target),
        "environment": job["environment"] or "the Python of the node",
        "files": len(files),
        "bytes": sum(size for _, _, size in files),
        "largest": [
            f"{name} ({size:,} bytes)"
            for name, _, size in sorted(files, key=lambda one: -one[2])[:SHOWN_FILES]
        ],
    }


def place_in(target: Any) -> dict[str, Any]:
    """Return the place that a run would get, and when the one before it is expected to start."""
    facts = target.serialize()
    waiting = target._connection.ask("GET", target._path("/queue"))["waiting"]
    free = facts["slots"] - facts["running"]
    if facts["state"] != "active":
        start = f"not before the cluster is active: it is {facts['state']}"
    elif not facts["slots"]:
        start = "not before a node joins the cluster"
    elif not waiting and free > 0:
        start = "at once"
    else:
        start = after_the_last(waiting)
    return {"place": len(waiting) + 1, "expectedStart": start}


def after_the_last(waiting: list[dict[str, Any]]) -> str:
    """Return when a run behind all that wait may start."""
    last = (waiting[-1].get("start") or {}) if waiting else {}
    seconds = last.get("expected_s")
    if seconds is None:
        return "when a slot is free"
    return f"in {round(seconds)} s or later, when what is before it has started"
