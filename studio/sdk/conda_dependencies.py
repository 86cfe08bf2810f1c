"""`CondaDependencies`: packages of an environment, in conda's file format."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.sdk.yaml_files import as_yaml, read_yaml, write_yaml

DEFAULT_PYTHON = ""
NOT_OF_PIP = frozenset({"python", "pip", "setuptools", "wheel"})
VERSIONED = re.compile(r"([A-Za-z0-9_.\-\[\]]+)\s*(.*)")


class CondaDependencies:
    """Python packages that a run needs.

        packages = CondaDependencies.create(pip_packages=["scikit-learn==1.7", "numpy"])

    With a channel a node makes a conda environment of them. Without one it makes a virtual
    environment, which needs no conda: packages of conda are installed by pip under their names.
    """

    def __init__(
        self,
        conda_dependencies_file_path: str | None = None,
        _underlying_structure: dict[str, Any] | None = None,
    ) -> None:
        facts = _underlying_structure or {}
        if conda_dependencies_file_path:
            facts = read_yaml(conda_dependencies_file_path)
        self._name = facts.get("name", "project_environment")
        self._channels: list[str] = list(facts.get("channels") or [])
        self._conda: list[str] = []
        self._pip: list[str] = []
        for one in facts.get("dependencies") or []:
            if isinstance(one, dict):
                self._pip += one.get("pip") or []
            else:
                self._conda.append(one)

    @staticmethod
    def create(
        pip_indexurl: str | None = None,
        pip_packages: Sequence[str] | None = None,
        conda_packages: Sequence[str] | None = None,
        python_version: str = DEFAULT_PYTHON,
        pin_sdk_version: bool = True,
    ) -> "CondaDependencies":
        """Return dependencies of these packages."""
        made = CondaDependencies()
        if python_version:
            made.set_python_version(python_version)
        for package in conda_packages or ():
            made.add_conda_package(package)
        for package in pip_packages or ():
            made.add_pip_package(package)
        if pip_indexurl:
            made.set_pip_index_url(pip_indexurl)
        return made

    def add_pip_package(self, pip_package: str) -> None:
        """Add a package of pip, such as `numpy` or `numpy==2.4.6`."""
        self.remove_pip_package(pip_package)
        self._pip.append(pip_package)

    def remove_pip_package(self, pip_package: str) -> None:
        """Remove a package of pip by its name."""
        self._pip = [one for one in self._pip if name_of(one) != name_of(pip_package)]

    def add_conda_package(self, conda_package: str) -> None:
        """Add a package of conda, such as `scikit-learn` or `scikit-learn=1.7`."""
        self.remove_conda_package(conda_package)
        self._conda.append(conda_package)

    def remove_conda_package(self, conda_package: str) -> None:
        """Remove a package of conda by its name."""
        self._conda = [one for one in self._conda if name_of(one) != name_of(conda_package)]

    def add_channel(self, channel: str) -> None:
        """Add a channel of conda."""
        if channel not in self._channels:
            self._channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        """Remove a channel of conda."""
        self._channels = [one for one in self._channels if one != channel]

    def set_python_version(self, version: str) -> None:
        """Set the version of Python; a node must have it."""
        self.add_conda_package(f"python={version}")

    def set_pip_index_url(self, index_url: str) -> None:
        """Set from where pip installs."""
        self.set_pip_option(f"--index-url {index_url}")

    def set_pip_option(self, pip_option: str) -> None:
        """Add an option of pip, such as `--pre`."""
        if pip_option not in self._pip:
            self._pip.append(pip_option)

    @property
    def conda_channels(self) -> list[str]:
        """The channels of conda."""
        return list(self._channels)

    @property
    def conda_packages(self) -> list[str]:
        """The packages of conda."""
        return list(self._conda)

    @property
    def pip_packages(self) -> list[str]:
        """The packages of pip."""
        return [one for one in self._pip if not one.startswith("-")]

    @property
    def pip_options(self) -> list[str]:
        """The options of pip."""
        return [one for one in self._pip if one.startswith("-")]

    @property
    def python_version(self) -> str:
        """The version of Python that is asked for, "" for the node's own."""
        found = (one for one in self._conda if name_of(one) == "python")
        return next((VERSIONED.fullmatch(one)[2].strip("= ") for one in found), "")  # type: ignore[index]

    def as_dict(self) -> dict[str, Any]:
        """Return the mapping that conda's file holds."""
        dependencies: list[Any] = list(self._conda)
        if self._pip:
            dependencies.append({"pip": list(self._pip)})
        facts: dict[str, Any] = {"name": self._name}
        if self._channels:
            facts["channels"] = list(self._channels)
        return facts | {"dependencies": dependencies}

    def serialize_to_string(self) -> str:
        """Return conda's file as a text."""
        return as_yaml(self.as_dict())

    def save_to_file(self, base_directory: str, conda_file_path: str = "conda.yml") -> str:
        """Write conda's file below a folder; return its path there."""
        write_yaml(Path(base_directory) / conda_file_path, self.as_dict())
        return conda_file_path

    def save(self, path: str | None = None) -> str:
        """Write conda's file; return where it is."""
        target = path or "conda_dependencies.yml"
        write_yaml(os.fspath(target), self.as_dict())
        return target

    def _as_job(self) -> dict[str, Any]:
        """Return what a node is told of them."""
        if self._channels:
            job = {"conda": self._conda, "channels": self._channels, "pip": self._pip}
            return {key: list(value) for key, value in job.items() if value}
        job = {"pip": self.requirements()} if self.requirements() else {}
        if version := self.python_version:
            job["python"] = "python" + ".".join(version.split(".")[:2])
        return job

    def requirements(self) -> list[str]:
        """Return what pip installs for these packages."""
        conda = [as_requirement(one) for one in self._conda if name_of(one) not in NOT_OF_PIP]
        return [*conda, *self._pip]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CondaDependencies):
            return NotImplemented
        return self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]


def name_of(package: str) -> str:
    """Return the name of a package without its version and channel."""
    bare = package.rpartition("::")[2]
    return re.split(r"[=<>!~\[ ;]", bare, maxsplit=1)[0].strip().lower()


def as_requirement(package: str) -> str:
    """Return a package of conda as pip names it: `numpy=2.4=py311` is `numpy==2.4`."""
    bare = package.rpartition("::")[2]
    if match := re.fullmatch(r"([\w.\-]+)\s*={1,2}\s*([^=\s]+)(?:=.*)?", bare):
        name, version = match.groups()
        exact = version if version.count(".") >= 2 or version.endswith("*") else f"{version}.*"
        return f"{name}=={exact}"
    return bare.replace(" ", "")
