"""Sending work to a cluster: the folder as a snapshot, then the job."""

import shlex
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from studio.sdk.exceptions import ComputeTargetException, NotFound, UserErrorException
from studio.sdk.git_state import read_git_state
from studio.sdk.runconfig import RunConfiguration
from studio.sdk.script_run_config import MONTH_S, ScriptRunConfig
from studio.sdk.snapshots import pack_folder

if TYPE_CHECKING:
    from studio.sdk.experiment import Experiment
    from studio.sdk.run import Run

LOCAL = "local"
# What only a shell understands.
SHELL = frozenset("|&;<>()$`*?~#\n")


def submit(
    experiment: "Experiment",
    config: Any,
    *,
    tags: dict[str, str | None],
    parent: str | None = None,
    say: Callable[[str], None] = lambda text: None,
    watch: Callable[[BinaryIO], BinaryIO] = lambda file: file,
    **options: Any,
) -> "Run":
    """Submit a config and return its run, which waits for a node.

    `say` hears what is done, `watch` sees the file that is uploaded. Raises SnapshotException,
    ComputeTargetException, UserErrorException.
    """
    from studio.sdk.run import Run

    config = as_script_config(config)
    check_script(config)
    connection = experiment._connection
    say(f"Packing {config.source_directory}")
    with pack_folder(config.source_directory) as archive:
        say("Uploading the snapshot")
        stored = connection.ask("PUT", "snapshots", body=watch(archive))
    run_id = uuid.uuid4().hex
    body = job_of(config) | {
        "run_id": run_id,
        "experiment_name": experiment.name,
        "snapshot": stored["sha256"],
        "tags": {key: None if value is None else str(value) for key, value in tags.items()},
    }
    body |= {name: options[name] for name in OPTIONS if options.get(name) is not None}
    if parent is not None:
        body["parent"] = parent
    try:
        document = connection.make("jobs", body, f"runs/{run_id}")
    except NotFound as error:
        raise ComputeTargetException(str(error)) from error
    run = Run._of(experiment.workspace, document, experiment)
    note_origin(run, config)
    return run


OPTIONS = ("name", "description", "priority", "retries")


def as_script_config(config: Any) -> ScriptRunConfig:
    """Return the config of a submit. Raises UserErrorException for what cannot be submitted."""
    if isinstance(config, ScriptRunConfig):
        return config
    if isinstance(config, RunConfiguration):
        return ScriptRunConfig(run_config=config)
    raise UserErrorException(
        f"A ScriptRunConfig is submitted, not a {type(config).__name__}. For a sweep, submit a "
        "script that makes child runs with run.submit_child(...)."
    )


def check_script(config: ScriptRunConfig) -> None:
    """Raise UserErrorException where the script is not in the folder."""
    if config.script and not (Path(config.source_directory) / config.script).is_file():
        raise UserErrorException(f"There is no {config.script} in {config.source_directory}.")


def job_of(config: ScriptRunConfig) -> dict[str, Any]:
    """Return the job of a config, as `POST /jobs` takes it."""
    run_config = config.run_config
    job: dict[str, Any] = {
        "cluster": run_config.target or LOCAL,
        "command": command_of(config),
        "script": config.script or "",
        "environment": run_config.environment._as_job(),
        "variables": run_config._variables(),
    }
    if config.max_run_duration_seconds not in (None, MONTH_S):
        job["max_seconds"] = int(config.max_run_duration_seconds)
    distributed = config.distributed_job_config or run_config._distribution()
    if distributed is not None:
        job |= distributed._as_job()
    return job


def command_of(config: ScriptRunConfig) -> list[str]:
    """Return program and arguments; a text that asks for a shell is given to one."""
    arguments = [str(one) for one in config.arguments]
    if config.script:
        return ["python", config.script, *arguments]
    if not isinstance(config.command, str):
        return [str(one) for one in config.command or ()] + arguments
    if SHELL & set(config.command):
        return ["/bin/sh", "-c", " ".join([config.command, *map(shlex.quote, arguments)])]
    return shlex.split(config.command) + arguments


def note_origin(run: "Run", config: ScriptRunConfig) -> None:
    """Keep where the code comes from: git's state as properties, changes as a file."""
    state = read_git_state(config.source_directory)
    if state is None:
        return
    run.add_properties(state.properties())
    if state.diff:
        run._connection.ask("PUT", run._path(f"/files/{state.DIFF_PATH}"), body=state.diff)
