"""Compute targets: the clusters of a studio."""

import time
from typing import TYPE_CHECKING, Any

from studio.sdk.connection import in_path
from studio.sdk.exceptions import ComputeTargetException, NotFound, NotSupported
from studio.sdk.workspace import Workspace

LOOK_EVERY_S = 1.0

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.sdk.run import Run


class ComputeTarget:
    """A cluster, on which submitted runs are run.

        gpu = ComputeTarget(workspace, "gpu")

    Raises ComputeTargetException where there is none of this name.
    """

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.workspace = workspace
        self.name = name
        self._connection = workspace._connection
        self._document: dict[str, Any] = {}
        self.refresh_state()

    @classmethod
    def _of(cls, workspace: Workspace, document: dict[str, Any]) -> "ComputeTarget":
        made = cls.__new__(cls)
        made.workspace, made._connection = workspace, workspace._connection
        made.name, made._document = document["name"], document
        return made

    def _path(self, rest: str = "") -> str:
        return f"clusters/{in_path(self.name)}{rest}"

    def refresh_state(self) -> None:
        """Read it again from the studio."""
        try:
            self._document = self._connection.ask("GET", self._path())
        except NotFound as error:
            raise ComputeTargetException(
                f"The workspace {self.workspace.name} has no cluster {self.name!r}."
            ) from error

    @property
    def type(self) -> str:
        """The kind of the cluster: `nodes` or `slurm`."""
        return self._document["kind"]

    @property
    def tags(self) -> dict[str, Any]:
        """The labels."""
        return dict(self._document["labels"])

    @property
    def provisioning_state(self) -> str:
        """Always "Succeeded": a cluster is there as soon as it is made."""
        return "Succeeded"

    @staticmethod
    def create(
        workspace: Workspace, name: str, provisioning_configuration: "ProvisioningConfiguration"
    ) -> "ComputeTarget":
        """Make a cluster. Nodes join it by `python -m studio.sdk.node` on their machines."""
        body = {"name": name, **provisioning_configuration.fields}
        document = workspace._connection.make("clusters", body, f"clusters/{in_path(name)}")
        return AmlCompute._of(workspace, document)

    @staticmethod
    def list(workspace: Workspace) -> "list[ComputeTarget]":
        """Return all clusters of the workspace."""
        found = workspace._connection.ask("GET", "clusters")["items"]
        return [AmlCompute._of(workspace, document) for document in found]

    @staticmethod
    def attach(*_: Any, **__: Any) -> "ComputeTarget":
        """Raise NotSupported: machines join by themselves."""
        raise NotSupported(
            "A machine joins a cluster by itself: run `python -m studio.sdk.node --cluster <name>` "
            "on it."
        )

    def wait_for_completion(
        self,
        show_output: bool = False,
        min_node_count: int | None = None,
        timeout_in_minutes: float = 25,
        **_: Any,
    ) -> None:
        """Wait until the cluster has `min_node_count` nodes. Raises ComputeTargetException."""
        deadline = time.monotonic() + timeout_in_minutes * 60
        while self._count_nodes() < (min_node_count or 0):
            if time.monotonic() > deadline:
                raise ComputeTargetException(
                    f"The cluster {self.name} has {self._count_nodes()} of {min_node_count} nodes."
                )
            time.sleep(LOOK_EVERY_S)
            self.refresh_state()
        if show_output:
            print(f"The cluster {self.name} is ready with {self._count_nodes()} nodes.")

    def _count_nodes(self) -> int:
        return self._document["busy_nodes"] + self._document["idle_nodes"]

    def get_status(self) -> "ComputeStatus":
        """Return how many nodes there are, and what they do."""
        self.refresh_state()
        return ComputeStatus(self._document)

    def serialize(self) -> dict[str, Any]:
        """Return what the studio says of it."""
        return dict(self._document)

    def get_active_runs(self, type: str | None = None, **facts: Any) -> "Iterator[Run]":
        """Yield the runs that use the cluster or wait for it."""
        from studio.sdk.run import Run

        return Run.list_by_compute(self, type, **facts)

    def list_nodes(self) -> "list[dict[str, Any]]":
        """Return the nodes."""
        return self._connection.ask("GET", self._path("/nodes"))["items"]

    def update(self, **_: Any) -> None:
        """Raise NotSupported: nodes are machines that join and leave."""
        raise NotSupported("A cluster has the nodes that have joined it; it starts none by itself.")

    def delete(self) -> None:
        """Delete the cluster."""
        self._connection.ask("DELETE", self._path())

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, workspace={self.workspace.name!r})"


class AmlCompute(ComputeTarget):
    """A cluster, under the name that scripts for Azure ML know."""

    @staticmethod
    def provisioning_configuration(
        vm_size: str = "",
        vm_priority: str = "dedicated",
        min_nodes: int = 0,
        max_nodes: int | None = None,
        idle_seconds_before_scaledown: int = 1800,
        description: str | None = None,
        tags: dict[str, str] | None = None,
        **_: Any,
    ) -> "ProvisioningConfiguration":
        """Return what `ComputeTarget.create` takes. A size of machine becomes a label."""
        labels = dict(tags or {})
        if vm_size:
            labels["vm_size"] = vm_size
        return ProvisioningConfiguration(labels)


class ProvisioningConfiguration:
    """What a cluster is made of."""

    def __init__(self, labels: dict[str, str], kind: str = "nodes") -> None:
        self.fields: dict[str, Any] = {"kind": kind, "labels": labels}


class ComputeStatus:
    """The state of a cluster at one moment."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.allocation_state = document["state"]
        self.current_node_count = document["busy_nodes"] + document["idle_nodes"]
        self.running_node_count = document["busy_nodes"]
        self.idle_node_count = document["idle_nodes"]
        self.queued_runs = document["queued"]
        self.running_runs = document["running"]

    def serialize(self) -> dict[str, Any]:
        """Return it as a dict."""
        return dict(vars(self))
