"""The endpoints of single runs: make, read, change, delete, restore."""

from typing import Any

from runs.details.reading import RunRecord
from runs.metrics.runs import remember_run, resolve_run
from runs.mlflow_api import messages, mirrors
from runs.mlflow_api.endpoint import GET, POST, Call, endpoint
from runs.mlflow_api.errors import INVALID, MISSING, ProtocolError, missing_value, unknown_run
from runs.mlflow_api.lookups import find_experiment, find_run
from runs.mlflow_api.names import check_run_id, read_tags, require_name
from runs.mlflow_api.shapes import as_info, as_run, end_of, read_whole_runs
from runs.mlflow_api.statuses import read_status
from runs.tracking import services
from runs.tracking.errors import InvalidValue, NotActive, NotFound
from runs.tracking.models import NO_END
from runs.tracking.run_names import make_run_name
from runs.tracking.tags import parent_of, source_of
from runs.workspaces.permissions import Action


@endpoint(Action.RUN_WRITE, POST, messages.CreateRun)
def create(call: Call, message: messages.CreateRun) -> dict[str, Any]:
    """Make a running run."""
    if not message.experiment_id:
        raise missing_value("experiment_id")
    tags = read_tags(message.tags)
    name = mirrors.name_of(message.run_name or "", tags) or make_run_name()
    tags[mirrors.RUN_NAME] = require_name(name, "run_name")
    experiment = find_experiment(call.workspace, message.experiment_id)
    submitter = mirrors.submitter_of(call.principal, message.user_id or "", tags)
    try:
        run = services.create_run(
            experiment=experiment,
            name=name,
            started_ms=message.start_time,
            submitted_by=submitter,
            user=call.principal.user,
            tags=tags,
            parent=parent_of(call.workspace, tags),
            source=source_of(tags),
            description=tags.get(mirrors.NOTE, ""),
        )
    except NotActive:
        text = f"The experiment {experiment.number} must be in the 'active' state."
        raise ProtocolError(INVALID, f"{text} Current state is deleted.") from None
    remember_run(run)
    # Nothing but its tags is written beside a run that was made just now.
    return {"run": as_run(RunRecord(run, tags=dict(sorted(tags.items()))))}


@endpoint(Action.RUN_READ, GET, messages.RunMessage)
def get(call: Call, message: messages.RunMessage) -> dict[str, Any]:
    """Return a run, deleted ones too."""
    run_id = message.run_id or ""
    try:
        ref = resolve_run(call.workspace.id, run_id)
    except NotFound:
        raise unknown_run(run_id) from None
    wholes = read_whole_runs([ref.id])
    if not wholes:
        raise unknown_run(run_id)
    return {"run": as_run(wholes[0])}


@endpoint(Action.RUN_WRITE, POST, messages.UpdateRun)
def update(call: Call, message: messages.UpdateRun) -> dict[str, Any]:
    """Change status, end time or name."""
    run = find_run(call.workspace, message.run_id or "")
    if message.run_name:
        require_name(message.run_name, "run_name")
    shown_end = end_of(run) if message.end_time is None else message.end_time
    services.update_run(
        run=run,
        status=read_status(message.status),
        ended_ms=message.end_time,
        name=message.run_name,
        by=call.principal.name,
        by_client=True,
        client_ended_ms=NO_END if shown_end is None else shown_end,
    )
    if message.run_name:
        services.set_tags(run=run, tags={mirrors.RUN_NAME: message.run_name})
    return {"run_info": as_info(run)}


@endpoint(Action.RUN_WRITE, POST, messages.RunMessage)
def delete(call: Call, message: messages.RunMessage) -> dict[str, Any]:
    """Mark a run deleted."""
    services.delete_runs(runs=[find_run(call.workspace, message.run_id or "")])
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.RunMessage)
def restore(call: Call, message: messages.RunMessage) -> dict[str, Any]:
    """Bring back a deleted run."""
    services.restore_runs(runs=[find_run(call.workspace, message.run_id or "")])
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.RunTagMessage)
def delete_tag(call: Call, message: messages.RunTagMessage) -> dict[str, Any]:
    """Remove a tag."""
    run = find_run(call.workspace, check_run_id(message.run_id or ""))
    key = message.key or ""
    try:
        services.delete_tag(run=run, key=key, by=call.principal.name)
    except (NotFound, InvalidValue):
        text = f"No tag with name: {key[:300]} in run with id {run.run_id}"
        raise ProtocolError(MISSING, text) from None
    return {}
