"""Starting an interactive run: in a notebook or a script that the studio has not started."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.sdk.experiment import Experiment
    from studio.sdk.run import Run


def start_interactive(
    experiment: "Experiment",
    *,
    run_id: str,
    name: str = "",
    outputs: str | bool | None = None,
    snapshot_directory: str | os.PathLike[str] | None = None,
    description: str = "",
    tags: dict[str, str | None] | None = None,
    parent: "Run | None" = None,
) -> "Run":
    """Return a new run whose status is Running."""
    from studio.sdk.run import Run

    body: dict[str, Any] = {
        "experiment_name": experiment.name,
        "run_id": run_id,
        "name": name,
        "description": description,
        "tags": dict(tags or {}),
    }
    if parent is not None:
        body["parent"] = parent.id
    document = experiment._connection.ask("POST", "runs", body=body)
    return Run._of(experiment.workspace, document, experiment)
