"""All writes of this room, by subject: experiments, runs, their lifecycles, the notes beside
them."""

from runs.tracking.children import create_children
from runs.tracking.experiments import (
    create_experiment,
    delete_experiment_tag,
    describe_experiment,
    found_workspace,
    get_or_create_experiment,
    rename_experiment,
    set_experiment_tag,
    set_experiment_tags,
    update_experiment,
)
from runs.tracking.lifecycles import (
    archive_experiment,
    archive_runs,
    delete_experiment,
    delete_runs,
    lock_runs,
    reactivate_experiment,
    restore_experiment,
    restore_runs,
)
from runs.tracking.notes import add_properties, log_params
from runs.tracking.runs import create_run, update_run
from runs.tracking.tags import delete_tag, set_tags

__all__ = [
    "add_properties",
    "archive_experiment",
    "archive_runs",
    "create_children",
    "create_experiment",
    "create_run",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_runs",
    "delete_tag",
    "describe_experiment",
    "found_workspace",
    "get_or_create_experiment",
    "lock_runs",
    "log_params",
    "reactivate_experiment",
    "rename_experiment",
    "restore_experiment",
    "restore_runs",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_tags",
    "update_experiment",
    "update_run",
]
