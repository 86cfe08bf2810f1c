"""Workspaces: where experiments, runs and clusters are."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.authentication import TokenAuthentication
from studio.sdk.connection import Connection, pages
from studio.sdk.exceptions import NotFound, NotSupported, UserErrorException, WorkspaceException
from studio.sdk.settings import Settings, make_settings, read_config, write_config

if TYPE_CHECKING:
    from studio.sdk.compute import ComputeTarget
    from studio.sdk.environment import Environment
    from studio.sdk.experiment import Experiment
    from studio.sdk.model import Model
    from studio.sdk.run import Run

CONFIG_FOLDER, CONFIG_FILE = ".studio", "config.json"


class Workspace:
    """A workspace of a studio.

        workspace = Workspace.from_config()
        workspace = Workspace.get("vision", url="https://studio.example.org")

    `subscription_id` and `resource_group` are taken for the sake of scripts for Azure ML, and kept
    as they are; a studio has neither.
    """

    def __init__(
        self,
        subscription_id: str = "",
        resource_group: str = "",
        workspace_name: str = "",
        auth: TokenAuthentication | None = None,
        *,
        url: str = "",
        **_: Any,
    ) -> None:
        self.subscription_id = subscription_id
        self.resource_group = resource_group
        settings = make_settings(url, workspace_name, auth.token if auth else "")
        self._use(settings)

    def _use(self, settings: Settings) -> None:
        self._settings = settings
        self._connection = Connection(settings)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the workspace without its token."""
        state = dict(self.__dict__)
        del state["_settings"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._settings = self._connection.settings

    @classmethod
    def _of(cls, settings: Settings) -> "Workspace":
        made = cls.__new__(cls)
        made.subscription_id = made.resource_group = ""
        made._use(settings)
        return made

    @staticmethod
    def from_config(
        path: str | None = None, auth: TokenAuthentication | None = None, **_: Any
    ) -> "Workspace":
        """Return the workspace that the nearest `config.json` names.

        It is looked for in `.studio`, `.azureml`, `aml_config` and the folder itself, then in the
        folders above. Without one, STUDIO_URL or the latest `studio login` counts. Raises
        UserErrorException where nothing says which workspace is meant.
        """
        found = read_config(path)
        if auth and auth.token:
            found = Settings(found.url, found.workspace, auth.token)
        return Workspace._of(found)

    @staticmethod
    def get(
        name: str,
        auth: TokenAuthentication | None = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        *,
        url: str = "",
        **_: Any,
    ) -> "Workspace":
        """Return a workspace by its name. Raises WorkspaceException where there is none."""
        found = Workspace(subscription_id or "", resource_group or "", name, auth, url=url)
        try:
            found._connection.ask("GET", "experiments", query={"limit": 1})
        except NotFound as error:
            raise WorkspaceException(f"{found._settings.url} has no workspace {name!r}.") from error
        return found

    @staticmethod
    def create(name: str, *_: Any, exist_ok: bool = False, **__: Any) -> "Workspace":
        """Return the workspace where it exists already and `exist_ok` is given.

        Workspaces are made by the owner of the studio, so this raises NotSupported otherwise.
        """
        if exist_ok:
            return Workspace.get(name)
        raise NotSupported(
            "A workspace is made by the owner of the studio, in its administration. "
            "Use Workspace.get(name) for one that exists."
        )

    @staticmethod
    def list(*_: Any, **__: Any) -> dict[str, list["Workspace"]]:
        """Return the workspaces that are known here: those of the logins and the environment."""
        from studio.sdk.authentication import read_logins

        settings = [make_settings(login.url, login.workspace) for login in read_logins()]
        known = {(one.url, one.workspace): one for one in [*settings, make_settings()]}
        found: dict[str, list[Workspace]] = {}
        for one in known.values():
            found.setdefault(one.workspace, []).append(Workspace._of(one))
        return found

    @property
    def name(self) -> str:
        """The name of the workspace."""
        return self._settings.workspace

    @property
    def url(self) -> str:
        """The address of the studio."""
        return self._settings.url

    @property
    def discovery_url(self) -> str:
        """The address of the studio's REST API."""
        return f"{self.url}/w/{self.name}/api/v1/"

    @property
    def location(self) -> str:
        """The address of the studio: it is where the workspace is."""
        return self.url

    @property
    def sku(self) -> str:
        """Always "basic": a studio has one kind of workspace."""
        return "basic"

    @property
    def tags(self) -> dict[str, str]:
        """Always empty: workspaces have no tags here."""
        return {}

    @property
    def experiments(self) -> dict[str, "Experiment"]:
        """The active experiments by name."""
        from studio.sdk.experiment import Experiment

        return {one.name: one for one in Experiment.list(self)}

    @property
    def models(self) -> dict[str, "Model"]:
        """The latest version of each model, by name."""
        from studio.sdk.model import Model

        return {one.name: one for one in Model.list(self, latest=True)}

    @property
    def compute_targets(self) -> dict[str, "ComputeTarget"]:
        """The clusters by name."""
        from studio.sdk.compute import ComputeTarget

        return {one.name: one for one in ComputeTarget.list(self)}

    @property
    def environments(self) -> dict[str, "Environment"]:
        """The registered environments by name."""
        from studio.sdk.environment import Environment

        return Environment.list(self)

    def get_default_compute_target(self, type: str = "CPU") -> "ComputeTarget":
        """Return the cluster `local`, the studio's own."""
        from studio.sdk.compute import ComputeTarget

        return ComputeTarget(self, "local")

    def get_details(self) -> dict[str, Any]:
        """Return what is known of the workspace."""
        return {
            "name": self.name,
            "location": self.url,
            "discoveryUrl": self.discovery_url,
            "mlflowTrackingUri": self.get_mlflow_tracking_uri(),
            "subscriptionId": self.subscription_id,
            "resourceGroup": self.resource_group,
        }

    def get_run(self, run_id: str) -> "Run":
        """Return a run by its id. Raises NotFound."""
        from studio.sdk.run import Run

        return Run.get(self, run_id)

    def get_mlflow_tracking_uri(self) -> str:
        """Return the address to give to MLflow's clients: `mlflow.set_tracking_uri(...)`.

        A token goes by the variable MLFLOW_TRACKING_TOKEN.
        """
        return f"{self.url}/w/{self.name}"

    def get_runs(self, **query: Any) -> Any:
        """Yield the runs of all experiments, the newest first.

        `query` is what `GET /api/v1/runs` takes: `filter="metrics.loss < 0.1"`, `sort`, `limit`.
        """
        from studio.sdk.run import Run

        for document in pages(self._connection, "runs", query):
            yield Run._of(self, document)

    def write_config(self, path: str | None = None, file_name: str | None = None) -> None:
        """Write `.studio/config.json` below `path`, for `from_config`."""
        folder = Path(path or ".")
        if not folder.is_dir():
            raise UserErrorException(f"{folder} is no folder.")
        write_config(self._settings, folder / CONFIG_FOLDER / (file_name or CONFIG_FILE))

    def delete(self, *_: Any, **__: Any) -> None:
        """Raise NotSupported: the owner of the studio deletes workspaces."""
        raise NotSupported("A workspace is deleted by the owner of the studio.")

    def _repr_html_(self) -> str:
        """Show the workspace in a notebook."""
        from studio.sdk.html_table import html_table

        return html_table({"Name": self.name, "Studio": self.url}, self.get_mlflow_tracking_uri())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Workspace):
            return NotImplemented
        return (self.url, self.name) == (other.url, other.name)

    def __hash__(self) -> int:
        return hash((self.url, self.name))

    def __repr__(self) -> str:
        return f"Workspace(name={self.name!r}, url={self.url!r})"
