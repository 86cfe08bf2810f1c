"""The runs a search looks at: of which experiments, lifecycles and submitter, with or without
children.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from runs.database.dialects import Dialect, current_dialect
from runs.database.fragments import FALSE, Sql, all_of, sql
from runs.tracking.models import Experiment, Lifecycle
from runs.workspaces.models import Workspace

# Beyond this many pieces of an index, the index of the whole workspace is walked instead.
MOST_BRANCHES = 16


@dataclass
class Scope:
    """The runs that are looked at, whatever the filter.

    `experiments` None is all of the workspace. `r` is the run's name in every condition.
    """

    workspace: Workspace
    experiments: Sequence[Experiment] | None = None
    lifecycle: Collection[str] = (Lifecycle.ACTIVE,)
    submitted_by: str | None = None
    include_children: bool = True
    now_ms: int = 0
    dialect: Dialect = field(default_factory=current_dialect)
    narrowed_to: set[int] | None = None

    @cached_property
    def experiment_ids(self) -> list[int]:
        """The keys of the experiments looked at. One query where they are not given."""
        if self.experiments is None:
            found = set(
                Experiment.objects.filter(workspace=self.workspace).values_list("id", flat=True)
            )
        else:
            found = {e.id for e in self.experiments if e.workspace_id == self.workspace.id}
        if self.narrowed_to is not None:
            found &= self.narrowed_to
        return sorted(found)

    @property
    def is_whole_workspace(self) -> bool:
        return self.experiments is None and self.narrowed_to is None

    @property
    def only_experiment(self) -> int | None:
        """The one experiment looked at, None if there are more."""
        if self.is_whole_workspace or len(self.experiment_ids) != 1:
            return None
        return self.experiment_ids[0]

    def places(self) -> Sql:
        """The condition that a run is in one of the experiments."""
        if self.is_whole_workspace:
            return sql("r.workspace_id = %s", self.workspace.id)
        if not self.experiment_ids:
            return FALSE
        return self.dialect.one_of("r.experiment_id", self.experiment_ids)

    def switches(self) -> list[Sql]:
        """The conditions beside experiment and lifecycle."""
        conditions = []
        if self.submitted_by is not None:
            conditions.append(sql("r.submitted_by = %s", self.submitted_by))
        if not self.include_children:
            conditions.append(Sql("r.parent_id IS NULL"))
        return conditions

    def lifecycles(self) -> list[str]:
        return sorted(str(lifecycle) for lifecycle in self.lifecycle)

    def condition(self) -> Sql:
        """All of the scope as one condition."""
        lives = self.dialect.one_of("r.lifecycle", self.lifecycles())
        return all_of([self.places(), lives, *self.switches()])

    def branches(self) -> list[Sql]:
        """The scope as pieces, each one range of an index of runs ordered by start: the indexes
        of child runs and of all others are two."""
        places = [self.places()]
        if not self.is_whole_workspace:
            ids = self.experiment_ids
            if len(ids) * len(self.lifecycle) > MOST_BRANCHES:
                workspace = sql("r.workspace_id = %s", self.workspace.id)
                places = [all_of([workspace, self.places()])]
            else:
                places = [sql("r.experiment_id = %s", one) for one in ids]
        parents = ["IS NULL", "IS NOT NULL"] if self.include_children else ["IS NULL"]
        return [
            all_of([place, sql("r.lifecycle = %s", life), Sql(f"r.parent_id {parent}")])
            for place in places
            for life in self.lifecycles()
            for parent in parents
        ]
