"""All writes of this room, by subject: experiments, the lives of runs, the notes beside them."""

from runs.tracking.experiments import (
    archive_experiment,
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    describe_experiment,
    reactivate_experiment,
    rename_experiment,
    restore_experiment,
    set_experiment_tag,
)
from runs.tracking.lives import archive_runs, create_run, delete_runs, restore_runs, update_run
from runs.tracking.notes import add_properties, delete_tag, log_params, set_tags

__all__ = [
    "add_properties",
    "archive_experiment",
    "archive_runs",
    "create_experiment",
    "create_run",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_runs",
    "delete_tag",
    "describe_experiment",
    "log_params",
    "reactivate_experiment",
    "rename_experiment",
    "restore_experiment",
    "restore_runs",
    "set_experiment_tag",
    "set_tags",
    "update_run",
]
