"""`RunConfiguration`: how a script is run; kept as a `*.runconfig` file, which is YAML."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.sdk.conda_dependencies import CondaDependencies
from studio.sdk.distributed import MpiConfiguration, PyTorchConfiguration, TensorflowConfiguration
from studio.sdk.environment import DockerConfiguration, Environment
from studio.sdk.exceptions import UserErrorException
from studio.sdk.yaml_files import read_yaml, write_yaml

FOLDERS = (".studio", ".azureml", "aml_config", "")
SUFFIX = ".runconfig"
MPI, PYTORCH = ("mpi", "intelmpi", "openmpi"), ("nccl", "gloo", "pytorch")


class RunConfiguration:
    """How and where a script runs.

    config = RunConfiguration()
    config.target = "gpu"
    config.environment.python.user_managed_dependencies = True
    config.save(name="gpu")
    """

    def __init__(
        self,
        script: str | None = None,
        arguments: list[Any] | None = None,
        framework: str | None = None,
        communicator: str | None = None,
        conda_dependencies: CondaDependencies | None = None,
        _history_enabled: bool | None = None,
        _path: Any = None,
        _name: str | None = None,
        command: str | list[str] | None = None,
    ) -> None:
        self.script = script
        self.command = command
        self.arguments = list(arguments or [])
        self.framework = framework or "Python"
        self.communicator = communicator or "None"
        self._target = "local"
        self._environment = Environment("default")
        if conda_dependencies is not None:
            self._environment.python.conda_dependencies = conda_dependencies
        self.node_count = 1
        self.max_run_duration_seconds: int | None = None
        self.mpi = MpiConfiguration()
        self.pytorch = PyTorchConfiguration()
        self.tensorflow = TensorflowConfiguration()

    @property
    def target(self) -> str:
        """The name of the cluster; a ComputeTarget can be assigned too."""
        return self._target

    @target.setter
    def target(self, target: Any) -> None:
        self._target = target if isinstance(target, str) else target.name

    @property
    def environment(self) -> Environment:
        """The packages and variables of the run."""
        return self._environment

    @environment.setter
    def environment(self, environment: Environment) -> None:
        self._environment = environment

    @property
    def environment_variables(self) -> dict[str, str]:
        """The environment variables of the process."""
        return self._environment.environment_variables

    @environment_variables.setter
    def environment_variables(self, variables: Mapping[str, object]) -> None:
        self._environment.environment_variables = {k: str(v) for k, v in variables.items()}

    @property
    def docker(self) -> DockerConfiguration:
        """Whether the run is in a container."""
        return self._environment.docker

    @docker.setter
    def docker(self, docker: DockerConfiguration) -> None:
        self._environment.docker = docker

    def save(
        self,
        path: str | None = None,
        name: str | None = None,
        separate_environment_yaml: bool = False,
    ) -> str:
        """Write `<name>.runconfig` below `.studio` in `path`, for `load` and the command line;
        return where it is."""
        folder, file = find_file(path, name or "default")
        target = file or folder / FOLDERS[0] / f"{name or 'default'}{SUFFIX}"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_yaml(target, self._as_dict())
        return str(target)

    @staticmethod
    def load(path: str, name: str | None = None) -> "RunConfiguration":
        """Return a saved configuration: by its file, or by its name below a folder.

        Raises UserErrorException where there is none.
        """
        file = Path(path) if Path(path).is_file() else find_file(path, name or "default")[1]
        if file is None:
            raise UserErrorException(f"There is no {name or 'default'}{SUFFIX} in {path}.")
        return RunConfiguration._from_dict(read_yaml(file))

    @staticmethod
    def delete(path: str, name: str) -> None:
        """Delete a saved configuration. Raises UserErrorException where there is none."""
        file = find_file(path, name)[1]
        if file is None:
            raise UserErrorException(f"There is no {name}{SUFFIX} in {path}.")
        file.unlink()

    def _variables(self) -> dict[str, str]:
        return {key: str(value) for key, value in self.environment_variables.items()}

    def _distribution(self) -> Any:
        """Return how several processes share the work; None for one process."""
        word = str(self.communicator).lower()
        chosen = self.mpi if word in MPI else self.pytorch if word in PYTORCH else None
        if chosen is None:
            return None
        chosen.node_count = max(chosen.node_count, self.node_count)
        return chosen

    def _as_dict(self) -> dict[str, Any]:
        return {
            "script": self.script,
            "command": self.command,
            "arguments": [str(one) for one in self.arguments],
            "framework": self.framework,
            "communicator": self.communicator,
            "target": self.target,
            "nodeCount": self.node_count,
            "maxRunDurationSeconds": self.max_run_duration_seconds,
            "mpi": self.mpi._as_dict(),
            "pytorch": self.pytorch._as_dict(),
            "environment": self.environment._as_dict(),
        }

    @classmethod
    def _from_dict(cls, facts: dict[str, Any]) -> "RunConfiguration":
        made = cls(
            script=facts.get("script") or None,
            arguments=facts.get("arguments") or [],
            framework=facts.get("framework"),
            communicator=facts.get("communicator"),
            command=facts.get("command") or None,
        )
        made._target = facts.get("target") or "local"
        made.node_count = int(facts.get("nodeCount") or 1)
        made.max_run_duration_seconds = facts.get("maxRunDurationSeconds")
        made.mpi = MpiConfiguration._from_dict(facts.get("mpi") or {})
        made.pytorch = PyTorchConfiguration._from_dict(facts.get("pytorch") or {})
        made.environment = Environment._from_dict(facts.get("environment") or {})
        return made

    def __repr__(self) -> str:
        return json.dumps(self._as_dict(), indent=4, default=str)


def find_file(path: str | Path | None, name: str) -> tuple[Path, Path | None]:
    """Return the folder asked for, and the file of this name in it where there is one."""
    folder = Path(path or ".")
    places = [folder / place / f"{name}{SUFFIX}" for place in FOLDERS]
    return folder, next((place for place in places if place.is_file()), None)


__all__ = [
    "CondaDependencies",
    "DockerConfiguration",
    "Environment",
    "MpiConfiguration",
    "PyTorchConfiguration",
    "RunConfiguration",
    "TensorflowConfiguration",
]
