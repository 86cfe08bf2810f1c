"""Disk use by experiment, with names."""

from dataclasses import dataclass

from runs.artifacts.disk import Usage, usage_of_experiments, usage_of_studio
from runs.tracking.models import Experiment
from runs.workspaces.models import Workspace


@dataclass(frozen=True)
class ExperimentUse:
    """The room that the files of an experiment take."""

    number: int
    name: str
    size_bytes: int
    file_count: int


@dataclass(frozen=True)
class DiskUse:
    """The room that files take in a workspace; `studio` None where it is not to be told."""

    workspace: Usage
    studio: Usage | None
    experiments: list[ExperimentUse]


def read_disk_use(*, workspace: Workspace, with_studio: bool) -> DiskUse:
    """Return the use of a workspace, the largest experiment first. Three or four queries."""
    by_id = usage_of_experiments(workspace)
    experiments = Experiment.objects.filter(id__in=by_id)
    rows = [
        ExperimentUse(one.number, one.name, by_id[one.id].size_bytes, by_id[one.id].file_count)
        for one in experiments
    ]
    return DiskUse(
        workspace=sum(by_id.values(), Usage()),
        studio=usage_of_studio() if with_studio else None,
        experiments=sorted(rows, key=lambda row: (-row.size_bytes, row.number)),
    )


def read_experiment_use(experiment: Experiment) -> Usage:
    """Return the use of one experiment. Two queries."""
    return usage_of_experiments(experiment.workspace).get(experiment.id, Usage())
