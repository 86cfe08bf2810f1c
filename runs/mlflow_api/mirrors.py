"""What a client of MLflow says of a run in tags, and reads back as tags: its name, its note, who
runs it. `tracking.mirrors` keeps tags and fields alike."""

from collections.abc import Mapping

from runs.details.reading import RunTuple
from runs.mlflow_api.errors import INVALID, ProtocolError
from runs.tracking.client_tags import MLFLOW
from runs.tracking.models import Run
from runs.workspaces.access import Principal

RUN_NAME, PARENT, NOTE = MLFLOW.run_name, MLFLOW.parent, MLFLOW.description
UNKNOWN_USER = "unknown"


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


def submitter_of(principal: Principal, user_id: str, tags: dict[str, str]) -> str:
    """Return who submits a run: the user who is signed in, else who the client says it is.

    What a client says beside a signed-in user is kept in its tag.
    """
    claim = user_id if user_id and user_id != UNKNOWN_USER else tags.get(MLFLOW.user, "")
    if principal.user is None:
        return claim
    if claim:
        tags.setdefault(MLFLOW.user, claim)
    return principal.name


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
