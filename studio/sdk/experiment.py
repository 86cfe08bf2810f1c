"""Experiments: groups of runs."""

import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from studio.sdk.connection import START_PATIENCE_S, START_SILENCE_S, pages
from studio.sdk.exceptions import Conflict, NotSupported, StudioAway, UserErrorException
from studio.sdk.run_filters import Facts, run_query
from studio.sdk.workspace import Workspace

if TYPE_CHECKING:
    from studio.sdk.run import Run

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/-]{0,254}")
LIFECYCLES = {"ActiveOnly": ["active"], "ArchivedOnly": ["archived"], "All": ["active", "archived"]}


class Experiment:
    """An experiment of a workspace; made where there is none of this name.

        experiment = Experiment(workspace=workspace, name="digits")

    When the studio is away, it is made as soon as its first run arrives there.
    """

    def __init__(self, workspace: Workspace, name: str, _create_in_cloud: bool = True) -> None:
        self.workspace = workspace
        self._connection = workspace._connection
        self._document: dict[str, Any] = {"name": check_name(name)}
        if _create_in_cloud:
            try:
                self._document = self._get_or_make(
                    patience_s=START_PATIENCE_S, timeout_s=START_SILENCE_S
                )
            except StudioAway:
                self._document = {"name": name}

    @classmethod
    def _of(cls, workspace: Workspace, document: dict[str, Any]) -> "Experiment":
        made = cls.__new__(cls)
        made.workspace, made._connection = workspace, workspace._connection
        made._document = document
        return made

    def _get_or_make(self, **waiting: float) -> dict[str, Any]:
        name = self.name
        query = {"name": name, "lifecycle": ["active", "archived"]}
        found = self._connection.ask("GET", "experiments", query=query, **waiting)
        if found["items"]:
            return found["items"][0]
        try:
            return self._connection.ask("POST", "experiments", body={"name": name}, **waiting)
        except Conflict:
            found = self._connection.ask("GET", "experiments", query=query, **waiting)
            if found["items"]:
                return found["items"][0]
            raise

    @property
    def _number(self) -> int:
        if "number" not in self._document:
            self._document = self._get_or_make()
        return self._document["number"]

    def _path(self, rest: str = "") -> str:
        return f"experiments/{self._number}{rest}"

    @property
    def name(self) -> str:
        """The name."""
        return self._document["name"]

    @property
    def id(self) -> str:
        """The number of the experiment at the studio; MLflow calls it `experiment_id`."""
        return str(self._number)

    @property
    def tags(self) -> dict[str, str]:
        """The tags as last read; `refresh` reads them again."""
        return dict(self._document.get("tags", {}))

    @property
    def description(self) -> str:
        """The description; it can be changed."""
        return self._document.get("description", "")

    @description.setter
    def description(self, text: str) -> None:
        body = {"description": text}
        self._document = self._connection.ask("PATCH", self._path(), body=body)

    @property
    def archived_time(self) -> datetime | None:
        """When it was archived, or changed since; None for an active one."""
        if self._document.get("lifecycle") != "archived":
            return None
        return datetime.fromtimestamp(self._document["updated_ms"] / 1000, UTC)

    def start_logging(
        self,
        name: str | None = None,
        run_id: str | None = None,
        outputs: str | bool | None = None,
        snapshot_directory: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
        tags: dict[str, str | None] | None = None,
        captures_console: bool = True,
    ) -> "Run":
        """Start an interactive run, in a notebook or a script; its status is Running.

            with experiment.start_logging() as run:
                run.log("loss", 0.25)

        End it with `run.complete()`, or use `with`. What is in the folder `outputs` is uploaded
        then (`outputs=False`: nothing). `snapshot_directory` is kept with the run where given.
        What a script prints is its log; STUDIO_CONSOLE=off, or `captures_console=False`, leaves the
        output alone. Nothing waits for the studio: when it is away, all is kept and sent later.
        """
        from studio.sdk.starting import start_interactive

        return start_interactive(
            self,
            run_id=run_id or str(uuid.uuid4()),
            name=display_name or name or "",
            outputs=outputs,
            snapshot_directory=snapshot_directory,
            description=description or "",
            tags=tags or {},
            captures_console=captures_console,
        )

    def submit(self, config: Any, tags: dict[str, str | None] | None = None, **kwargs: Any) -> Any:
        """Send a `ScriptRunConfig` with its folder to a cluster and return its run at once.

            run = experiment.submit(ScriptRunConfig(source_directory=".", script="train.py"))
            run.wait_for_completion(show_output=True)

        With `show_output=True` it streams the log and returns at the end of the run.
        """
        from studio.sdk.submitting import submit

        show_output = kwargs.pop("show_output", False)
        run = submit(self, config, tags=tags or {}, **kwargs)
        if show_output:
            run.wait_for_completion(show_output=True)
        return run

    def get_runs(
        self,
        type: str | None = None,
        tags: Facts = None,
        properties: Facts = None,
        include_children: bool = False,
        status: str | Sequence[str] | None = None,
        filter: str = "",
    ) -> Iterator["Run"]:
        """Yield the runs, the newest first.

            experiment.get_runs(properties={"author": "ada"}, tags="worth another look")

        `tags` and `properties` are a key that must be there, or keys with their values. `filter` is
        the language of the studio's query box.
        """
        from studio.sdk.run import Run

        query = run_query(type, tags, properties, status, filter)
        query |= {"experiment": self._number, "children": str(include_children).lower()}
        for document in pages(self._connection, "runs", query):
            yield Run._of(self.workspace, document, self)

    @staticmethod
    def list(
        workspace: Workspace,
        experiment_name: str | None = None,
        view_type: str = "ActiveOnly",
        tags: Facts = None,
    ) -> "list[Experiment]":
        """Return experiments: active ones, `ArchivedOnly`, or `All`."""
        if view_type not in LIFECYCLES:
            raise UserErrorException(f"view_type is one of {', '.join(LIFECYCLES)}.")
        query: dict[str, Any] = {"lifecycle": LIFECYCLES[view_type]}
        if experiment_name:
            query["name"] = experiment_name
        wanted = {tags: None} if isinstance(tags, str) else dict(tags or {})
        found = pages(workspace._connection, "experiments", query)
        return [Experiment._of(workspace, one) for one in found if has_tags(one["tags"], wanted)]

    @staticmethod
    def delete(workspace: Workspace, experiment_id: str) -> None:
        """Delete an experiment without runs; the owner of the studio can restore it."""
        query = {"experiment": experiment_id, "limit": 1, "children": "true"}
        if workspace._connection.ask("GET", "runs", query=query)["items"]:
            raise UserErrorException(
                "Only an experiment without runs is deleted from here. Archive it instead."
            )
        workspace._connection.ask("DELETE", f"experiments/{experiment_id}")

    def tag(self, key: str, value: str | None = None) -> None:
        """Write one tag."""
        self.set_tags({key: value or ""})

    def set_tags(self, tags: dict[str, str]) -> None:
        """Write tags; the last value of a key wins."""
        written = {key: value or "" for key, value in tags.items()}
        self._connection.ask("PATCH", self._path("/tags"), body={"tags": written})
        self._document.setdefault("tags", {}).update(written)

    def remove_tags(self, tags: Sequence[str]) -> None:
        """Remove tags by their keys."""
        from studio.sdk.connection import in_path

        for key in tags:
            self._connection.ask("DELETE", self._path(f"/tags/{in_path(key)}"))
            self._document.get("tags", {}).pop(key, None)

    def archive(self) -> None:
        """Hide it from lists; its runs stay reachable."""
        self._connection.ask("POST", self._path("/archive"))
        self.refresh()

    def reactivate(self, new_name: str | None = None) -> None:
        """Show an archived experiment again."""
        if new_name:
            body = {"name": check_name(new_name)}
            self._connection.ask("PATCH", self._path(), body=body)
        self._connection.ask("POST", self._path("/reactivate"))
        self.refresh()

    def refresh(self) -> None:
        """Read it again from the studio."""
        self._document = self._connection.ask("GET", self._path())

    def get_portal_url(self) -> str:
        """Return the address of its page."""
        return f"{self.workspace.url}/experiments/{quote(self.name)}"

    def get_docs_url(self) -> str:
        """Raise NotSupported."""
        raise NotSupported("The documentation is in the folder docs/ of the studio.")

    def _repr_html_(self) -> str:
        """Show the experiment in a notebook."""
        from studio.sdk.html_table import html_table

        return html_table(
            {"Name": self.name, "Workspace": self.workspace.name}, self.get_portal_url()
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Experiment):
            return NotImplemented
        return (self.workspace, self.name) == (other.workspace, other.name)

    def __hash__(self) -> int:
        return hash((self.workspace, self.name))

    def __repr__(self) -> str:
        return f"Experiment(name={self.name!r}, workspace={self.workspace.name!r})"


def check_name(name: str) -> str:
    """Return a name that an experiment may have. Raises UserErrorException."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise UserErrorException(
            f"{name!r} is no name for an experiment: 1 to 255 characters, the first a letter "
            "or a digit, the others letters, digits, _ and -, or / for a group of experiments."
        )
    return name


def has_tags(tags: dict[str, str], wanted: dict[str, str | None]) -> bool:
    """Tell whether all wanted tags are there; None is any value."""
    return all(
        key in tags and (value is None or tags[key] == value) for key, value in wanted.items()
    )
