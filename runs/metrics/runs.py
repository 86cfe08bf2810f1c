"""Which run a request means: looked up once per process."""

from dataclasses import dataclass

from runs.database.cursors import Row, open_cursor
from runs.metrics.known_ids import KnownIds
from runs.tracking.errors import NotFound
from runs.tracking.models import ERASING, Run
from runs.tracking.tables import RUN
from runs.tracking.texts import is_storable
from runs.tracking.write_limits import check_write_limit

FIND_RUN = (
    f"SELECT id, experiment_id FROM {RUN} WHERE run_id = %s AND workspace_id = %s"
    f" AND lifecycle <> '{ERASING}'"
)


@dataclass(frozen=True, slots=True)
class RunRef:
    """The inner number of a run. `experiment_id` is where it was when it was looked up; a run may
    move, so writers read it again inside their transaction."""

    id: int
    experiment_id: int


_known: KnownIds[tuple[int, str], RunRef] = KnownIds(50_000)


def remember_run(run: Run) -> None:
    """Spare `resolve_run` its query: points follow soon on a run that was made just now."""
    _known.remember({(run.workspace_id, run.run_id): RunRef(run.pk, run.experiment_id)})


def resolve_run(workspace_id: int, run_id: str) -> RunRef:
    """Return the run of a workspace by its public name, deleted ones too.

    Raises NotFound, and OutOfScope or AttemptOver where an attempt may not write it. No query when
    this process has seen the run before.
    """
    name = (workspace_id, run_id)
    if (known := _known.get(name)) is not None:
        check_write_limit(known.id)
        return known
    rows: list[Row] = []
    if is_storable(run_id):
        with open_cursor() as cursor:
            rows = cursor.read(FIND_RUN, (run_id, workspace_id))
    if not rows:
        raise NotFound(f"Run with id={run_id} not found")
    ref = RunRef(*rows[0])
    check_write_limit(ref.id)
    _known.remember({name: ref})
    return ref
