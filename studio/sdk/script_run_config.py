"""What to run: a script or command, its folder, its environment, its cluster."""

import os
from collections.abc import Sequence
from typing import Any

from studio.sdk.compute import ComputeTarget
from studio.sdk.environment import Environment
from studio.sdk.exceptions import NotSupported, UserErrorException
from studio.sdk.runconfig import RunConfiguration

MONTH_S = 30 * 86_400


class ScriptRunConfig:
    """A script with all it needs to be run again.

        config = ScriptRunConfig(
            source_directory=".", script="train.py", arguments=["--lr", 0.1], compute_target="gpu"
        )
        run = experiment.submit(config)

    Give `script`, which is run by the environment's Python, or `command`: a text or a list.
    `compute_target` is a cluster or its name; without one, `local` is used: the studio's own.
    """

    MAX_DURATION_SECONDS_DEFAULT = MONTH_S

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None = None,
        script: str | None = None,
        arguments: Sequence[Any] | None = None,
        run_config: RunConfiguration | None = None,
        _telemetry_values: Any = None,
        compute_target: ComputeTarget | str | None = None,
        environment: Environment | None = None,
        distributed_job_config: Any = None,
        resume_from: Any = None,
        max_run_duration_seconds: int | None = MONTH_S,
        command: str | Sequence[str] | None = None,
        docker_runtime_config: Any = None,
    ) -> None:
        if script and command:
            raise UserErrorException("Give either script or command.")
        if resume_from is not None:
            raise NotSupported(
                "resume_from is not there: read the files of the earlier run with "
                "Run.get(workspace, run_id).download_files('outputs')."
            )
        self.source_directory = os.fspath(source_directory or ".")
        self.run_config = run_config or RunConfiguration()
        self.script = script if script is not None else self.run_config.script
        self.command = command if command is not None else self.run_config.command
        given = arguments if arguments is not None else self.run_config.arguments
        self.arguments = list(given or [])
        self.max_run_duration_seconds = max_run_duration_seconds
        if compute_target is not None:
            self.run_config.target = compute_target
        if environment is not None:
            self.run_config.environment = environment
        if docker_runtime_config is not None:
            self.run_config.docker = docker_runtime_config
        self.distributed_job_config = distributed_job_config
        if not self.script and not self.command:
            raise UserErrorException("Give the script to run, or a command.")
