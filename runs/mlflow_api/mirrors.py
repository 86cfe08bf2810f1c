"""Tags of MLflow's clients that are fields of ours: the name, the parent, the note, the source.

A client writes them as tags and reads them back as tags; pages show the fields. Both are kept:
the tag row so that filters find it, the field so that the studio means the same thing.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from runs.details.reading import RunTuple
from runs.mlflow_api.errors import INVALID, ProtocolError
from runs.mlflow_api.lookups import find_run
from runs.tracking import services
from runs.tracking.client_tags import MLFLOW
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.origins import set_parent, set_source
from runs.tracking.texts import is_storable
from runs.workspaces.models import Workspace

RUN_NAME, PARENT, NOTE = MLFLOW.run_name, MLFLOW.parent, MLFLOW.description
UNKNOWN_USER = "unknown"
MIRRORED = frozenset({RUN_NAME, PARENT, NOTE, MLFLOW.user, *MLFLOW.source})


def source_of(tags: Mapping[str, str]) -> dict[str, Any]:
    """Return what the tags say about where a run's code came from."""
    return {field: tags[tag] for tag, field in MLFLOW.source.items() if tags.get(tag)}


def parent_of(workspace: Workspace, tags: Mapping[str, str]) -> Run | None:
    """Return the run that `mlflow.parentRunId` names, None where it names none of ours.

    MLflow takes any text here, also the id of a run kept elsewhere; so does this.
    """
    run_id = tags.get(PARENT)
    if not run_id or not is_storable(run_id):
        return None
    try:
        return find_run(workspace, run_id)
    except ProtocolError:
        return None


def name_of(run_name: str, tags: Mapping[str, str]) -> str:
    """Return the name a client gives a run, as a field, as a tag, or as both where they agree."""
    tagged = tags.get(RUN_NAME, "")
    if run_name and tagged and run_name != tagged:
        raise ProtocolError(
            INVALID,
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different "
            f"values (run_name='{run_name[:200]}', mlflow.runName='{tagged[:200]}').",
        )
    return run_name or tagged


def submitter_of(user_id: str, tags: Mapping[str, str]) -> str:
    """Return who a client says runs the run; empty where it does not know."""
    return user_id if user_id and user_id != UNKNOWN_USER else tags.get(MLFLOW.user, "")


def reflect_tags(run: Run, tags: Mapping[str, str]) -> None:
    """Carry tags written to an existing run over to its fields."""
    if MIRRORED.isdisjoint(tags):
        return
    if tags.get(RUN_NAME) or NOTE in tags:
        services.update_run(run=run, name=tags.get(RUN_NAME), description=tags.get(NOTE))
    if PARENT in tags:
        move_under(run, parent_of(Workspace(id=run.workspace_id), tags))
    if source := source_of(tags):
        set_source(run=run, source=source)


def forget_tag(run: Run, key: str) -> None:
    """Clear the field behind a tag that was deleted. The name stays: a run always has one."""
    if key == NOTE:
        services.update_run(run=run, description="")
    elif key == PARENT:
        set_parent(run=run, parent=None)


def move_under(run: Run, parent: Run | None) -> None:
    """Set the parent pointer; a parent that would close a circle stays a tag."""
    with contextlib.suppress(InvalidValue):
        set_parent(run=run, parent=parent)


def shown_tags(run: Run | RunTuple, rows: Mapping[str, str | None], parent: str) -> dict[str, str]:
    """Return the tags a client reads: the rows, and the fields where pages may have changed
    them. `parent` is the public name of the parent."""
    tags = {key: value or "" for key, value in rows.items()}
    if RUN_NAME in tags:
        tags[RUN_NAME] = run.name
    if run.description or NOTE in tags:
        tags[NOTE] = run.description
    if parent:
        tags.setdefault(PARENT, parent)
    return tags
