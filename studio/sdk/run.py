"""`Run`: one training run, to be logged to, read, and waited for."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from studio.sdk.exceptions import NotFound, RunEnvironmentException, UserErrorException
from studio.sdk.run_filters import Facts, run_query
from studio.sdk.run_parts.children import RunChildren
from studio.sdk.run_parts.files import RunFiles
from studio.sdk.run_parts.life import RunLife
from studio.sdk.run_parts.logging import RunLogging
from studio.sdk.run_parts.metrics import RunMetrics
from studio.sdk.run_parts.notes import RunNotes
from studio.sdk.run_parts.snapshot import RunSnapshot
from studio.sdk.run_parts.waiting import RunWaiting
from studio.sdk.workspace import Workspace

if TYPE_CHECKING:
    from studio.sdk.compute import ComputeTarget
    from studio.sdk.experiment import Experiment

# The statuses of runs that use or wait for a cluster.
ON_COMPUTE = ("Preparing", "Queued", "Running", "Finalizing", "CancelRequested")


class Run(
    RunChildren, RunFiles, RunLife, RunLogging, RunMetrics, RunNotes, RunSnapshot, RunWaiting
):
    """A run of an experiment.

    run = Run(experiment, run_id)            # one that exists
    run = experiment.start_logging()         # a new one, in a notebook or script
    run = experiment.submit(config)          # a new one, on a cluster
    run = Run.get_context()                  # in a submitted script: its own
    """

    def __init__(
        self, experiment: "Experiment", run_id: str, outputs: Any = None, **_: Any
    ) -> None:
        self._workspace = experiment.workspace
        self._connection = self._workspace._connection
        self._experiment = experiment
        self._id = run_id

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the run: another process logs to it by an outbox of its own."""
        return {name: one for name, one in self.__dict__.items() if name != "_box"}

    @classmethod
    def _of_id(
        cls, workspace: Workspace, run_id: str, experiment: "Experiment | None" = None
    ) -> "Run":
        made = cls.__new__(cls)
        made._workspace, made._connection = workspace, workspace._connection
        made._experiment, made._id = experiment, run_id
        return made

    @classmethod
    def _of(
        cls,
        workspace: Workspace,
        document: dict[str, Any],
        experiment: "Experiment | None" = None,
    ) -> "Run":
        """Return the run that a document of the studio describes."""
        if experiment is not None and experiment.name != document["experiment"]["name"]:
            experiment = None
        made = cls._of_id(workspace, document["run_id"], experiment)
        made._document = document
        return made

    @classmethod
    def get_context(cls, allow_offline: bool = True, **_: Any) -> Any:
        """Return the run that this script is; the same object at each call.

        A script that the studio has not started gets a run that prints what is logged, or
        RunEnvironmentException with `allow_offline=False`.
        """
        from studio.sdk.context import find_context

        return find_context(allow_offline)

    @staticmethod
    def get(workspace: Workspace, run_id: str) -> "Run":
        """Return a run by its id. Raises NotFound."""
        run = Run._of_id(workspace, run_id)
        run._read()
        return run

    @staticmethod
    def list(
        experiment: "Experiment",
        type: str | None = None,
        tags: Facts = None,
        properties: Facts = None,
        status: str | Sequence[str] | None = None,
        include_children: bool = False,
        _rehydrate_runs: bool = True,
    ) -> "Iterator[Run]":
        """Yield the runs of an experiment, the newest first; see `Experiment.get_runs`."""
        return experiment.get_runs(type, tags, properties, include_children, status)

    @staticmethod
    def list_by_compute(
        compute: "ComputeTarget",
        type: str | None = None,
        tags: Facts = None,
        properties: Facts = None,
        status: str | None = None,
    ) -> "Iterator[Run]":
        """Yield the runs that use a cluster or wait for it."""
        from studio.sdk.run_filters import in_quotes

        if status is not None and status not in ON_COMPUTE:
            raise UserErrorException(f"On a cluster a run is {', '.join(ON_COMPUTE)}.")
        text = f"target = {in_quotes(compute.name)}"
        query = run_query(type, tags, properties, status or ON_COMPUTE, text)
        return compute.workspace.get_runs(children="true", **query)

    @staticmethod
    def add_type_provider(runtype: str, run_factory: Callable[..., Any]) -> None:
        """Do nothing: every kind of run is a `Run` here."""


def get_run(experiment: "Experiment", run_id: str, **_: Any) -> Run:
    """Return a run of an experiment by its id. Raises NotFound."""
    run = Run(experiment, run_id)
    if run._read()["experiment"]["name"] != experiment.name:
        raise NotFound(f"The experiment {experiment.name} has no run {run_id}.", status=404)
    return run


def is_submitted() -> bool:
    """Tell whether the studio has started this script."""
    return bool(os.environ.get("STUDIO_RUN_ID"))


__all__ = ["Run", "RunEnvironmentException", "get_run", "is_submitted"]
