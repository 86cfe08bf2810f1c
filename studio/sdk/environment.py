"""`Environment`: the packages and variables that a run needs."""

import copy
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.conda_dependencies import CondaDependencies
from studio.sdk.exceptions import NotSupported, UserErrorException

if TYPE_CHECKING:
    from studio.sdk.workspace import Workspace

DEFINITION = "azureml_environment.json"
OWN_PYTHON = "python"
# Where Docker is asked for without an image.
DEFAULT_CPU_IMAGE = "python:3.12-slim"


class PythonSection:
    """Which interpreter and packages.

    `user_managed_dependencies = True`: `interpreter_path` has all that is needed; `python` is the
    one that runs the node. Otherwise a virtual environment is made of `conda_dependencies`.
    """

    def __init__(self) -> None:
        self.user_managed_dependencies = False
        self.interpreter_path = OWN_PYTHON
        self.conda_dependencies = CondaDependencies()
        self.conda_dependencies_file: str | None = None
        self.base_conda_environment: str | None = None


class DockerConfiguration:
    """Whether a run is in a container, and which."""

    def __init__(
        self,
        use_docker: bool = False,
        shared_volumes: bool = True,
        arguments: list[str] | None = None,
        shm_size: str | None = None,
    ) -> None:
        self.enabled = use_docker
        self.base_image: str | None = None
        self.base_dockerfile: str | None = None
        self.shared_volumes = shared_volumes
        self.arguments = list(arguments or [])
        self.shm_size = shm_size

    @property
    def use_docker(self) -> bool:
        """The same as `enabled`."""
        return self.enabled

    @use_docker.setter
    def use_docker(self, use: bool) -> None:
        self.enabled = use


class Environment:
    """Packages and variables under a name.

        environment = Environment.from_pip_requirements("sklearn", "requirements.txt")
        environment.environment_variables["OMP_NUM_THREADS"] = "4"

    An environment without packages is the one that runs the node.
    """

    def __init__(self, name: str, **_: Any) -> None:
        self.name = name
        self.version: str | None = None
        self.python = PythonSection()
        self.docker = DockerConfiguration()
        self.environment_variables: dict[str, str] = {}

    @staticmethod
    def from_pip_requirements(
        name: str, file_path: str, pip_version: str | None = None
    ) -> "Environment":
        """Return an environment of the packages in a `requirements.txt`."""
        made = Environment(name)
        for line in read_text(file_path).splitlines():
            requirement = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
            if requirement.startswith("-r"):
                raise UserErrorException(f"{file_path} includes another file: {requirement}.")
            if requirement:
                made.python.conda_dependencies.set_pip_option(requirement)
        return made

    @staticmethod
    def from_conda_specification(name: str, file_path: str) -> "Environment":
        """Return an environment of the packages in a file of conda (`environment.yml`)."""
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies(file_path)
        return made

    @staticmethod
    def from_existing_conda_environment(
        name: str, conda_environment_name: str
    ) -> "Environment | None":
        """Return an environment of the packages in a conda environment of this machine; None where
        there is none of this name."""
        program = shutil.which("conda") or os.environ.get("CONDA_EXE")
        if not program:
            raise UserErrorException("conda is not on this machine: nothing can be read from it.")
        command = [program, "env", "export", "-n", conda_environment_name, "--no-builds", "--json"]
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            return None
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies(
            _underlying_structure=json.loads(done.stdout)
        )
        return made

    @staticmethod
    def from_docker_image(
        name: str,
        image: str,
        container_registry: Any = None,
        conda_specification: str | None = None,
        pip_requirements: str | None = None,
    ) -> "Environment":
        """Return an environment that is an image, for clusters whose nodes have Docker."""
        made = Environment(name)
        if conda_specification:
            made = Environment.from_conda_specification(name, conda_specification)
        elif pip_requirements:
            made = Environment.from_pip_requirements(name, pip_requirements)
        made.docker.enabled, made.docker.base_image = True, image
        return made

    @staticmethod
    def from_dockerfile(*_: Any, **__: Any) -> "Environment":
        """Raise NotSupported: a studio builds no images."""
        raise NotSupported(
            "A studio builds no images. Build and push the image yourself, then use "
            "Environment.from_docker_image(name, image)."
        )

    @staticmethod
    def get(
        workspace: "Workspace", name: str, version: str | None = None, label: str | None = None
    ) -> "Environment":
        """Return an environment that was registered in this folder or on this machine."""
        found = Environment.list(workspace)
        if name not in found:
            raise UserErrorException(f"There is no environment {name!r}. There are: {list(found)}.")
        return found[name]

    @staticmethod
    def list(workspace: "Workspace") -> dict[str, "Environment"]:
        """Return the environments registered on this machine, by name."""
        files = sorted(registry(workspace).glob(f"*/{DEFINITION}"))
        made = [Environment.load_from_directory(str(file.parent)) for file in files]
        return {one.name: one for one in made}

    def register(self, workspace: "Workspace") -> "Environment":
        """Keep the environment on this machine under its name, for `get`."""
        self.version = str(int(self.version or 0) + 1)
        folder = registry(workspace) / re.sub(r"[^\w.-]", "_", self.name)
        self.save_to_directory(str(folder), overwrite=True)
        return self

    def clone(self, new_name: str) -> "Environment":
        """Return a copy under another name."""
        made = copy.deepcopy(self)
        made.name = new_name
        return made

    def save_to_directory(self, path: str, overwrite: bool = False) -> None:
        """Write the environment into a folder."""
        file = Path(path) / DEFINITION
        if file.exists() and not overwrite:
            raise UserErrorException(f"{file} is there already: give overwrite=True.")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self._as_dict(), indent=4) + "\n")

    @staticmethod
    def load_from_directory(path: str) -> "Environment":
        """Return the environment that is in a folder."""
        return Environment._from_dict(json.loads(read_text(Path(path) / DEFINITION)))

    def build(self, *_: Any, **__: Any) -> None:
        """Do nothing: the first node that needs the environment makes it."""

    def _as_job(self) -> dict[str, Any]:
        """Return what a node is told of it."""
        python, job = self.python, {}
        if python.interpreter_path != OWN_PYTHON:
            job["python"] = python.interpreter_path
        if self.docker.enabled:
            job["docker"] = self.docker.base_image or DEFAULT_CPU_IMAGE
        if python.user_managed_dependencies:
            return job
        packages = python.conda_dependencies
        if python.conda_dependencies_file:
            packages = CondaDependencies(python.conda_dependencies_file)
        return packages._as_job() | job

    @classmethod
    def _of_job(cls, name: str, job: dict[str, Any]) -> "Environment":
        made = cls(name)
        made.python.interpreter_path = job.get("python") or OWN_PYTHON
        made.python.user_managed_dependencies = not job.get("pip")
        for requirement in job.get("pip") or []:
            made.python.conda_dependencies.set_pip_option(requirement)
        if "docker" in job:
            made.docker.enabled, made.docker.base_image = True, job["docker"] or None
        return made

    def _as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "environmentVariables": dict(self.environment_variables),
            "python": {
                "userManagedDependencies": self.python.user_managed_dependencies,
                "interpreterPath": self.python.interpreter_path,
                "condaDependenciesFile": self.python.conda_dependencies_file,
                "condaDependencies": self.python.conda_dependencies.as_dict(),
            },
            "docker": {"enabled": self.docker.enabled, "baseImage": self.docker.base_image},
        }

    @classmethod
    def _from_dict(cls, facts: dict[str, Any]) -> "Environment":
        made = cls(facts.get("name") or "default")
        made.version = facts.get("version")
        made.environment_variables = dict(facts.get("environmentVariables") or {})
        python, docker = facts.get("python") or {}, facts.get("docker") or {}
        made.python.user_managed_dependencies = bool(python.get("userManagedDependencies"))
        made.python.interpreter_path = python.get("interpreterPath") or OWN_PYTHON
        made.python.conda_dependencies_file = python.get("condaDependenciesFile")
        made.python.conda_dependencies = CondaDependencies(
            _underlying_structure=python.get("condaDependencies")
        )
        made.docker.enabled = bool(docker.get("enabled"))
        made.docker.base_image = docker.get("baseImage")
        return made

    def __repr__(self) -> str:
        return json.dumps(self._as_dict(), indent=4)


def registry(workspace: "Workspace") -> Path:
    """Return the folder of the environments that this machine knows for a workspace."""
    from studio.sdk.authentication import login_file

    return login_file().parent / "environments" / re.sub(r"[^\w.-]", "_", workspace.name)


def read_text(path: str | Path) -> str:
    """Return the text of a file. Raises UserErrorException."""
    try:
        return Path(path).read_text()
    except OSError as error:
        raise UserErrorException(f"{path} cannot be read: {error.strerror}.") from error
