"""Reads of single experiments and runs."""

from runs.tracking.errors import NotFound
from runs.tracking.models import Experiment, Run
from runs.tracking.texts import INT64_MAX, is_storable
from runs.workspaces.models import Workspace


def get_experiment(workspace: Workspace, number: int) -> Experiment:
    """Return an experiment by its number, deleted ones too. Raises NotFound. One query."""
    if 0 <= number <= INT64_MAX:
        for experiment in Experiment.objects.filter(workspace=workspace, number=number):
            return experiment
    raise NotFound(f"No Experiment with id={number} exists")


def get_experiment_by_name(workspace: Workspace, name: str) -> Experiment:
    """Return an experiment by its name, deleted ones too. Raises NotFound. One query."""
    if is_storable(name):
        for experiment in Experiment.objects.filter(workspace=workspace, name=name):
            return experiment
    raise NotFound(f"Could not find experiment with name {name!r}")


def get_run(workspace: Workspace, run_id: str) -> Run:
    """Return a run with its experiment, deleted ones too. Raises NotFound. One query."""
    if is_storable(run_id):
        runs = Run.objects.select_related("experiment")
        for run in runs.filter(workspace=workspace, run_id=run_id):
            return run
    raise NotFound(f"Run with id={run_id} not found")
