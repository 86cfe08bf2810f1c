"""Registered models: names with versions for files of runs."""

import builtins
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.connection import in_path, pages
from studio.sdk.exceptions import NotFound, NotSupported, UserErrorException
from studio.sdk.workspace import Workspace

if TYPE_CHECKING:
    from studio.sdk.run import Run

Tags = Mapping[str, Any]


class Model:
    """A version of a model; without `version` the latest one.

        model = run.register_model("digits", "outputs/model.pkl")
        Model(workspace, "digits").download("models")

    `id` is name and version: `digits:3`. Raises NotFound where there is none.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str | None = None,
        id: str | None = None,
        version: int | None = None,
        **_: Any,
    ) -> None:
        if id is not None:
            name, _colon, number = id.rpartition(":")
            version = int(number)
        if not name:
            raise UserErrorException("Give the name of the model, or its id.")
        self.workspace = workspace
        self._document = read_version(workspace, name, version)

    @classmethod
    def _of(cls, workspace: Workspace, document: dict[str, Any]) -> "Model":
        made = cls.__new__(cls)
        made.workspace, made._document = workspace, document
        return made

    @property
    def name(self) -> str:
        """The name."""
        return self._document["name"]

    @property
    def version(self) -> int:
        """The version; the studio counts them."""
        return self._document["version"]

    @property
    def id(self) -> str:
        """Name and version: `digits:3`."""
        return f"{self.name}:{self.version}"

    @property
    def path(self) -> str:
        """The file of the run, or the folder."""
        return self._document["path"]

    @property
    def run_id(self) -> str:
        """The run whose file it is."""
        return self._document["run_id"]

    @property
    def run(self) -> "Run":
        """The run whose file it is."""
        from studio.sdk.run import Run

        return Run._of_id(self.workspace, self.run_id)

    @property
    def experiment_name(self) -> str:
        """The experiment of the run."""
        return self._document["experiment"]["name"]

    @property
    def url(self) -> str:
        """Where it is shown."""
        return f"{self.workspace.url}/models?name={in_path(self.name)}"

    @property
    def tags(self) -> dict[str, Any]:
        """The tags."""
        return dict(self._document["tags"])

    @property
    def description(self) -> str:
        """The description."""
        return self._document["description"]

    @property
    def created_time(self) -> datetime:
        """When it was registered."""
        return datetime.fromtimestamp(self._document["created_ms"] / 1000, UTC)

    @staticmethod
    def register(workspace: Workspace, model_path: str, model_name: str, **_: Any) -> "Model":
        """Raise NotSupported: here every model is a file of a run."""
        raise NotSupported(
            "A model is a file of a run here. Upload the file to a run and use "
            f"run.register_model({model_name!r}, path)."
        )

    @staticmethod
    def list(
        workspace: Workspace,
        name: str | None = None,
        tags: builtins.list[Any] | None = None,
        run_id: str | None = None,
        latest: bool = False,
        **_: Any,
    ) -> "builtins.list[Model]":
        """Return versions of models, the newest first: all, those of a name, those of a run, or the
        latest of each model.

        `tags` holds keys, and pairs of key and value, that a version must have.
        """
        query = {"name": name or "", "run_id": run_id or "", "latest": str(latest).lower()}
        found = (Model._of(workspace, one) for one in pages(workspace._connection, "models", query))
        return [one for one in found if has_tags(one.tags, tags or [])]

    def update(self, tags: Tags | None = None, description: str | None = None, **_: Any) -> None:
        """Replace the tags, or the description."""
        body: dict[str, Any] = {} if tags is None else {"tags": as_tags(tags)}
        if description is not None:
            body["description"] = description
        self._document = self.workspace._connection.ask("PATCH", self._path(), body=body)

    def add_tags(self, tags: Tags) -> None:
        """Add tags; a key that is there gets the new value."""
        self.update(tags=self.tags | dict(tags))

    def remove_tags(self, tags: "builtins.list[str]") -> None:
        """Remove tags by their keys."""
        self.update(tags={key: value for key, value in self.tags.items() if key not in tags})

    def delete(self) -> None:
        """Delete this version. The file stays with its run."""
        self.workspace._connection.ask("DELETE", self._path())

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

    def _path(self) -> str:
        return f"models/{in_path(self.name)}/{self.version}"

    def __repr__(self) -> str:
        return f"Model(name={self.name!r}, version={self.version}, run_id={self.run_id!r})"


def read_version(workspace: Workspace, name: str, version: int | None) -> dict[str, Any]:
    """Return a version, or the latest, as the studio describes it. Raises NotFound."""
    if version is not None:
        return workspace._connection.ask("GET", f"models/{in_path(name)}/{version}")
    query = {"name": name, "latest": "true"}
    found = workspace._connection.ask("GET", "models", query=query)["items"]
    if not found:
        raise NotFound(f"There is no model {name!r}.", status=404)
    return found[0]


def register(
    run: "Run", name: str, path: str, tags: Tags | None = None, description: str = ""
) -> Model:
    """Give a file or folder of a run a name and the next version of it.

    Raises NotFound where the run has no such file.
    """
    body = {
        "name": name,
        "path": path.strip("/"),
        "tags": as_tags(tags or {}),
        "description": description,
        "request_id": uuid.uuid4().hex,
    }
    try:
        return Model._of(run._workspace, run._ask("POST", "/models", body=body))
    except NotFound as error:
        raise UserErrorException(str(error)) from error


def as_tags(tags: Tags) -> dict[str, str | None]:
    """Return tags as they are kept: texts, or None."""
    return {str(key): None if value is None else str(value) for key, value in tags.items()}


def has_tags(tags: Tags, wanted: list[Any]) -> bool:
    """Tell whether all keys, and pairs of key and value, are among tags."""
    return all(
        one in tags if isinstance(one, str) else tags.get(one[0]) == str(one[1]) for one in wanted
    )
