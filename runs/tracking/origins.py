"""Where a run comes from, set after the run was made: its parent and its source."""

from typing import Any

from django.db import transaction

from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.notes import check_active
from runs.tracking.texts import check_json
from runs.workspaces.models import Workspace


def set_parent(*, run: Run, parent: Run | None) -> Run:
    """Put a run, with everything below it, under another one; None makes it a root.

    Raises NotActive, InvalidValue when the parent is of another workspace, or the run itself or
    one below it. One query per level above and below.
    """
    check_active(run)
    if parent is not None and parent.workspace_id != run.workspace_id:
        raise InvalidValue(f"The parent run {parent.run_id} is in another workspace.")
    with transaction.atomic():
        _take_turns(run.workspace_id)
        root_id = _find_root(run, parent) if parent else None
        Run.objects.filter(id=run.id).update(parent=parent, root=root_id, updated_ms=now_ms())
        level = [run.id]
        while level := list(Run.objects.filter(parent__in=level).values_list("id", flat=True)):
            Run.objects.filter(id__in=level).update(root=root_id or run.id)
    run.parent, run.root_id = parent, root_id
    return run


def _take_turns(workspace_id: int) -> None:
    """Let nobody else move runs of the workspace until the transaction ends: two moves at once
    could close a circle that neither sees."""
    rows = Workspace.objects.select_for_update(no_key=True)
    rows.values_list("id").get(id=workspace_id)


def _find_root(run: Run, parent: Run) -> int:
    """Return the key of the topmost run above `parent`. Raises InvalidValue when `run` is there."""
    above, root_id = parent.id, parent.id
    while above is not None:
        if above == run.id:
            raise InvalidValue(f"The run {run.run_id} cannot be its own ancestor.")
        root_id = above
        above = Run.objects.values_list("parent", flat=True).get(id=above)
    return root_id


def set_source(*, run: Run, source: dict[str, Any]) -> Run:
    """Add to what is known of a run's source: script, command, git. Raises NotActive."""
    check_active(run)
    check_json(source, "source")
    with transaction.atomic():
        known = Run.objects.select_for_update().values_list("source", flat=True).get(id=run.id)
        run.source = {**known, **source}
        Run.objects.filter(id=run.id).update(source=run.source, updated_ms=now_ms())
    return run
