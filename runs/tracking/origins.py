"""Where a run comes from, when that is told after it was made: its parent, its source."""

from typing import Any

from django.db import transaction

from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.notes import check_active


def set_parent(*, run: Run, parent: Run | None) -> Run:
    """Put a run, with everything below it, under another one; None makes it a root.

    Raises NotActive, InvalidValue when the parent is of another workspace, or the run itself or
    one below it. One query per level above and below.
    """
    check_active(run)
    with transaction.atomic():
        if parent is not None:
            _check_above(run, parent)
        root_id = (parent.root_id or parent.id) if parent else None
        rows = Run.objects.filter(id=run.id)
        rows.update(parent=parent, root=root_id, updated_ms=now_ms())
        level = [run.id]
        while level := list(Run.objects.filter(parent__in=level).values_list("id", flat=True)):
            Run.objects.filter(id__in=level).update(root=root_id or run.id)
    run.parent, run.root_id = parent, root_id
    return run


def _check_above(run: Run, parent: Run) -> None:
    if parent.workspace_id != run.workspace_id:
        raise InvalidValue(f"The parent run {parent.run_id} is in another workspace.")
    above: int | None = parent.id
    while above is not None:
        if above == run.id:
            raise InvalidValue(f"The run {run.run_id} cannot be its own ancestor.")
        above = Run.objects.filter(id=above).values_list("parent", flat=True).first()


def set_source(*, run: Run, source: dict[str, Any]) -> Run:
    """Add to what is known of a run's source: script, command, git. Raises NotActive."""
    check_active(run)
    with transaction.atomic():
        known = Run.objects.select_for_update().values_list("source", flat=True).get(id=run.id)
        run.source = {**known, **source}
        Run.objects.filter(id=run.id).update(source=run.source, updated_ms=now_ms())
    return run
