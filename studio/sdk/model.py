"""Models: names with versions for files of runs.

A version is an immutable property of its run, so it is found by a filter
(`properties.model.digits IS NOT NULL`) and goes with the run.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.exceptions import NotFound, UserErrorException
from studio.sdk.run_filters import in_backticks
from studio.sdk.workspace import Workspace

if TYPE_CHECKING:
    from studio.sdk.run import Run

NAME = re.compile(r"[\w][\w.\-]{0,199}")
PREFIX = "model."


class Model:
    """A version of a model; without `version` the latest one.

        model = run.register_model("digits", "outputs/model.pkl")
        Model(workspace, "digits").download("models")

    Raises NotFound where there is none.
    """

    def __init__(self, workspace: Workspace, name: str, version: int | None = None) -> None:
        found = list(find_versions(workspace, name))
        wanted = [one for one in found if version in (None, one.version)]
        if not wanted:
            told = f" in version {version}" if version is not None else ""
            raise NotFound(f"There is no model {name!r}{told}.", status=404)
        latest = max(wanted, key=lambda one: one.version)
        self.__dict__ = latest.__dict__

    @classmethod
    def _of(cls, run: "Run", name: str, version: int, path: str) -> "Model":
        made = cls.__new__(cls)
        made.run, made.name, made.version, made.path = run, name, version, path
        return made

    run: "Run"
    name: str
    version: int
    path: str

    @property
    def id(self) -> str:
        """Name and version: `digits:3`."""
        return f"{self.name}:{self.version}"

    @property
    def run_id(self) -> str:
        """The run whose file it is."""
        return self.run.id

    @property
    def workspace(self) -> Workspace:
        """The workspace it is in."""
        return self.run._workspace

    @staticmethod
    def list(workspace: Workspace, name: str, **_: Any) -> "list[Model]":
        """Return the versions of a model, the latest first."""
        return sorted(find_versions(workspace, name), key=lambda one: -one.version)

    def download(self, target_dir: str = ".", exist_ok: bool = False) -> str:
        """Download the file, or the folder, below `target_dir`; return where it is."""
        target = Path(target_dir) / Path(self.path).name
        if target.exists() and not exist_ok:
            raise UserErrorException(f"{target} is there already: give exist_ok=True.")
        if self.path in self.run.get_file_names():
            self.run.download_file(self.path, str(target))
        else:
            prefix = self.path + "/"
            self.run.download_files(prefix, str(target), append_prefix=False)
        return str(target)

    def __repr__(self) -> str:
        return f"Model(name={self.name!r}, version={self.version}, run_id={self.run_id!r})"


def find_versions(workspace: Workspace, name: str) -> Iterator[Model]:
    """Yield the versions of a model."""
    key = PREFIX + check_name(name)
    text = f"properties.{in_backticks(key)} IS NOT NULL"
    for run in workspace.get_runs(filter=text, children="true", lifecycle=["active", "archived"]):
        version, _, path = run.properties[key].partition(":")
        yield Model._of(run, name, int(version), path)


def register(run: "Run", name: str, path: str) -> Model:
    """Give a file or folder of a run a name and the next version of it.

    Raises UserErrorException where the run has no such file, Conflict where it has registered a
    model of this name already.
    """
    path = path.strip("/")
    files = run.get_file_names()
    if not any(file == path or file.startswith(path + "/") for file in files):
        raise UserErrorException(f"The run has no file {path!r}: upload it first.")
    versions = [one.version for one in find_versions(run._workspace, name)]
    version = max(versions, default=0) + 1
    run.add_properties({PREFIX + name: f"{version}:{path}"})
    return Model._of(run, name, version, path)


def check_name(name: str) -> str:
    """Return a name that a model may have. Raises UserErrorException."""
    if not NAME.fullmatch(name):
        raise UserErrorException(
            f"{name!r} is no name for a model: it has letters, digits, _, - and dots."
        )
    return name
