"""From the ids of the wire to rows of the workspace.

An experiment id is the experiment's number in its workspace, as decimal text: "0" is `Default`.
"""

import re
from collections.abc import Sequence

from runs.mlflow_api.errors import (
    INVALID,
    MISSING,
    ProtocolError,
    invalid_value,
    unknown_experiment,
    unknown_run,
)
from runs.tracking import queries
from runs.tracking.errors import NotFound
from runs.tracking.models import Experiment, Run
from runs.tracking.texts import INT64_MAX
from runs.workspaces.models import Workspace

MAX_EXPERIMENTS = 10_000
_NUMBER = re.compile(r"0|-?[1-9][0-9]*")


def experiment_number(experiment_id: str) -> int:
    """Return the number an experiment id stands for.

    Raises `ProtocolError`: 400 where it is no plain decimal number (` 7`, `+7`), 404 where it
    is one that no experiment can have.
    """
    if _NUMBER.fullmatch(experiment_id) is None:
        raise ProtocolError(
            INVALID,
            f"Invalid experiment ID '{experiment_id[:100]}'. "
            "Experiment ID must be a valid integer.",
        )
    if len(experiment_id) > 19 or not 0 <= int(experiment_id) <= INT64_MAX:
        raise unknown_experiment(experiment_id)
    return int(experiment_id)


def find_experiment(workspace: Workspace, experiment_id: str) -> Experiment:
    """Return an experiment, deleted ones too. Raises `ProtocolError`."""
    number = experiment_number(experiment_id)
    try:
        return queries.get_experiment(workspace, number)
    except NotFound:
        raise unknown_experiment(experiment_id) from None


def read_numbers(experiment_ids: Sequence[str]) -> list[int]:
    """Return the numbers of experiments to search in, without those that are too large to be any.

    Raises `ProtocolError` for too many, and for what is no plain decimal number.
    """
    if len(experiment_ids) > MAX_EXPERIMENTS:
        raise invalid_value("experiment_ids", len(experiment_ids), f"at most {MAX_EXPERIMENTS}.")
    numbers = set()
    for experiment_id in experiment_ids:
        try:
            numbers.add(experiment_number(experiment_id))
        except ProtocolError as error:
            if error.code != MISSING:
                raise
    return sorted(numbers)


def find_experiments(workspace: Workspace, experiment_ids: Sequence[str]) -> list[Experiment]:
    """Return the experiments that exist of those named. Raises `ProtocolError`."""
    return queries.find_experiments(workspace, read_numbers(experiment_ids))


def find_run(workspace: Workspace, run_id: str) -> Run:
    """Return a run with its experiment, deleted ones too. Raises `ProtocolError`."""
    try:
        return queries.get_run(workspace, run_id)
    except NotFound:
        raise unknown_run(run_id) from None
