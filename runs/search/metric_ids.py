"""Finds the ids of metrics by their names."""

from collections.abc import Iterable

from runs.database.fragments import Sql, any_of, sql
from runs.metrics.tables import METRIC
from runs.search.fetching import fetch
from runs.search.scope import Scope

Name = tuple[str, str]


class MetricIds:
    """The metrics of some (key, column) names in the experiments of a scope. One query."""

    def __init__(self, scope: Scope, names: Iterable[Name]) -> None:
        self.scope = scope
        self.found: dict[Name, list[int]] = {name: [] for name in names}
        if self.found and scope.experiment_ids:
            self._read()

    def _read(self) -> None:
        named = any_of(sql('(key = %s AND "column" = %s)', *name) for name in self.found)
        where = self.scope.dialect.one_of("experiment_id", self.scope.experiment_ids)
        query = sql(f'SELECT id, key, "column" FROM {METRIC} WHERE ') + where + " AND " + named
        for metric_id, key, column in fetch(query):
            self.found[key, column].append(metric_id)

    def all(self, key: str, column: str = "") -> list[int]:
        """Return the ids of a metric, one for each experiment that has it."""
        return self.found[key, column]

    def of_run(self, key: str, column: str = "") -> Sql | None:
        """Return the id of a metric in the experiment of run `r`; None where none has it."""
        ids = self.all(key, column)
        if not ids:
            return None
        if self.scope.only_experiment is not None:
            return sql("%s", ids[0])
        return sql(
            f"(SELECT m.id FROM {METRIC} m WHERE m.experiment_id = r.experiment_id"
            ' AND m.key = %s AND m."column" = %s)',
            key,
            column,
        )
