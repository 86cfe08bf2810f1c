"""Starting an interactive run: in a notebook or a script that the studio has not started."""

import os
import time
import uuid
from typing import TYPE_CHECKING, Any

from studio.sdk.connection import START_PATIENCE_S, START_SILENCE_S
from studio.sdk.exceptions import StudioAway
from studio.sdk.origin import describe_host, describe_source
from studio.sdk.outbox.opening import outbox_of
from studio.sdk.outbox.outbox import Outbox
from studio.sdk.outbox.writer import complain
from studio.sdk.run_parts.life import attach_children

if TYPE_CHECKING:
    from studio.sdk.experiment import Experiment
    from studio.sdk.run import Run

OUTPUTS = "outputs"


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
    captures_console: bool = True,
    is_asked: bool = True,
) -> "Run":
    """Return a new run whose status is Running, with an outbox.

    When the studio is away, the run is made there as soon as it is back. With `is_asked=False` that
    is left to the sender in any case, and nothing is waited for.
    """
    from studio.sdk.run import Run

    body: dict[str, Any] = {
        "experiment_name": experiment.name,
        "run_id": run_id,
        "name": name,
        "description": description,
        "tags": dict(tags or {}),
        "source": describe_source(),
        "started_ms": time.time_ns() // 1_000_000,
    }
    run = Run._of_id(experiment.workspace, run_id, experiment)
    if parent is not None:
        parent._settle()
        body["parent"] = parent.id
    create = None if is_asked and make_run(run, body) else body
    settings = experiment.workspace._settings
    folder = outputs_folder(outputs)
    box = outbox_of(settings, run_id, create=create, is_owner=True, outputs=folder)
    run._box = box
    if box is not None and parent is None:
        note_origin(box)
        attach_children(settings, run_id)
        if captures_console:
            box.open_console()
    if snapshot_directory is not None:
        run.take_snapshot(snapshot_directory)
    return run


def start_unseen(experiment: "Experiment", name: str) -> "Run":
    """Return a new run that the sender makes at the studio: nothing is waited for."""
    return start_interactive(
        experiment,
        run_id=str(uuid.uuid4()),
        name=name,
        outputs=False,
        captures_console=False,
        is_asked=False,
    )


def make_run(run: "Run", body: dict[str, Any]) -> bool:
    """Make the run at the studio; tell whether it answered."""
    try:
        run._document = run._connection.make(
            "runs", body, run._path(), patience_s=START_PATIENCE_S, timeout_s=START_SILENCE_S
        )
    except StudioAway as away:
        complain(f"{away} The run {run.id} is kept here and sent when the studio is back.")
        return False
    return True


def outputs_folder(outputs: str | bool | None) -> str:
    """Return the folder whose files are collected at the end, "" for none."""
    if outputs is False:
        return ""
    return os.path.abspath(outputs if isinstance(outputs, str) else OUTPUTS)


def note_origin(box: Outbox) -> None:
    """Have the sender find out the state of git and the packages: it takes a while."""
    box.write({"op": "origin", "folder": os.getcwd(), "properties": describe_host()})
