"""The arguments of a search: doors make this object, and SQL is made from it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from runs.search.goals import Goal
from runs.search.sort_keys import SortKey
from runs.tracking.fields import Entity, Field
from runs.tracking.filters import EVERYTHING, And, Comparison, Node, Operator, join
from runs.tracking.filters import parse as parse_filter
from runs.tracking.models import Experiment, Lifecycle
from runs.workspaces.models import Workspace


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which runs are meant, and in which order.

    `within` is what a page itself is limited to (the children of a run, the members of a group),
    `filter` what people ask for; both are trees of the filter language. `experiments` None: all of
    the workspace. `lifecycles` are those to show; a filter on `archived` shows both. `submitter`:
    only what this name submitted. Without `include_children` runs that have a parent are left out.
    Without `sort` the newest are first: those that wait to start, then by start. `goal` is needed
    to filter or sort by the value at best. `now_ms` is the time that `-7d` and the duration of a
    running run are measured from; None is the time of the call. `takes_any_name` is MLflow's way:
    `metrics.loss.median` in the filter is a name, and is not refused where no metric has it.
    """

    workspace: Workspace
    experiments: Sequence[Experiment] | None = None
    within: Node = EVERYTHING
    filter: Node = EVERYTHING
    lifecycles: Collection[str] = (Lifecycle.ACTIVE,)
    submitter: str | None = None
    include_children: bool = True
    sort: tuple[SortKey, ...] = ()
    goal: Goal | None = None
    now_ms: int | None = None
    takes_any_name: bool = False

    @property
    def tree(self) -> Node:
        """Everything that must hold for a run, in one tree."""
        return join(And, [self.within, self.filter])

    def unfiltered(self) -> "Search":
        """Return the search of all active runs where this one looks."""
        return replace(self, filter=EVERYTHING, lifecycles=(Lifecycle.ACTIVE,), submitter=None)


def make_search(
    *,
    workspace: Workspace,
    text: str = "",
    statuses: Collection[str] = (),
    run_ids: Collection[str] | None = None,
    parent: str | None = None,
    within: Iterable[Node] = (),
    children: bool = False,
    experiments: Sequence[Experiment] | None = None,
    lifecycles: Collection[str] = (Lifecycle.ACTIVE,),
    submitter: str | None = None,
    sort: Iterable[SortKey] = (),
    goal: Goal | None = None,
) -> Search:
    """Return the search for what a person writes and chooses. Raises FilterError.

    `text` is in the filter language, with words without a field. `run_ids` limits it to these runs,
    `parent` to the children of a run; `children` adds runs that have a parent, which the two show
    anyway.
    """
    limits, wanted = list(within), [parse_filter(text, words=True)]
    if run_ids is not None:
        limits.append(_compare("run_id", Operator.IN, tuple(run_ids)))
    if parent is not None:
        limits.append(_compare("parent", Operator.EQ, parent))
    if statuses:
        wanted.append(_compare("status", Operator.IN, tuple(statuses)))
    return Search(
        workspace=workspace,
        experiments=experiments,
        within=join(And, limits),
        filter=join(And, wanted),
        lifecycles=lifecycles,
        submitter=submitter,
        include_children=children or run_ids is not None or parent is not None,
        sort=tuple(sort),
        goal=goal,
    )


def _compare(field: str, operator: Operator, value: str | tuple[str, ...]) -> Comparison:
    return Comparison(Field(Entity.RUN, field), operator, value)
