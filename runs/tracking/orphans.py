"""What becomes of the children of erased runs."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Exists, OuterRef

from runs.tracking.client_tags import PARENT_TAGS
from runs.tracking.erasing import Erased
from runs.tracking.lifecycles import lock_runs
from runs.tracking.models import Run, RunTag
from runs.tracking.tables import RUN

# The runs that have lost the topmost run above them, with everything below each of them.
NEW_TREES = f"""
WITH RECURSIVE below (id, top) AS (
    SELECT id, id FROM {RUN} WHERE id IN ({{places}})
    UNION ALL
    SELECT {RUN}.id, below.top FROM {RUN} JOIN below ON {RUN}.parent_id = below.id
)
UPDATE {RUN} SET root_id = NULLIF(below.top, below.id) FROM below WHERE {RUN}.id = below.id
"""


def move_children_up(run_pks: Sequence[int], most: int) -> Erased:
    """Make the children of runs to be erased children of those runs' parents, at most `most`.

    Where an erased run has no parent, its children become top runs. Runs below a child stay below
    it. A tag that names the erased run as parent is deleted. Call it until it finds no more: the
    new parent may itself be one of those to be erased.
    """
    children = Run.with_erasing.filter(parent__in=run_pks).exclude(id__in=run_pks).order_by("id")
    rows = list(children.values_list("id", "parent", "parent__parent")[:most])
    pks = [pk for pk, _, _ in rows]
    lock_runs(Run.with_erasing.filter(id__in=pks))
    delete_parent_tags(pks)
    for parent, above in {(parent, above) for _, parent, above in rows}:
        Run.with_erasing.filter(id__in=pks, parent=parent).update(parent=above)
    begin_trees([pk for pk, _, above in rows if above is None])
    return Erased(rows=len(rows))


def delete_parent_tags(child_pks: Sequence[int]) -> None:
    """Delete the tags of these runs that name their parent; other texts under the key stay."""
    named = Run.with_erasing.filter(id=OuterRef("run"), parent__run_id=OuterRef("value"))
    RunTag.objects.filter(Exists(named), key__in=PARENT_TAGS, run__in=child_pks).delete()


def begin_trees(top_pks: Sequence[int]) -> None:
    """Make each of these runs the topmost one of all that is below it."""
    if top_pks:
        with connection.cursor() as cursor:
            cursor.execute(NEW_TREES.format(places=", ".join(["%s"] * len(top_pks))), top_pks)


def clear_root(run_pks: Sequence[int]) -> None:
    """Clear the root of runs that still name one of these as theirs."""
    Run.with_erasing.filter(root__in=run_pks).exclude(id__in=run_pks).update(root=None)
