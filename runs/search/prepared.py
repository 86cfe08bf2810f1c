"""A prepared search: its names looked up, its filter compiled, its rarest condition found."""

from collections.abc import Sequence
from dataclasses import replace

from runs.database.fragments import Sql, all_of, sql
from runs.search.aggregates import (
    WITH_COLUMN,
    refuse_unknown_aggregates,
    refuse_unknown_in_filter,
)
from runs.search.blocks import Block
from runs.search.conditions import Conditions
from runs.search.drivers import FEW, Driver, count_drivers, find_drivers
from runs.search.fetching import fetch
from runs.search.former_names import follow_names
from runs.search.looked_up import finder_of, is_looked_up, without_looked_up
from runs.search.metric_ids import MetricIds
from runs.search.run_fields import match_experiments
from runs.search.scope import Scope
from runs.search.search import Search
from runs.search.sort_keys import SortKey
from runs.search.statements import from_clause_of, read_ids, read_sample
from runs.tracking.clock import now_ms
from runs.tracking.fields import Entity
from runs.tracking.filters import EVERYTHING, And, Comparison, Node, join, walk_comparisons
from runs.tracking.filters.nodes import NULLS
from runs.tracking.models import Lifecycle

# Larger drivers are counted up to this number to find the smallest.
MANY = 100_000
# With this many matches in a sample, runs are read in the sort order until a page is full.
ENOUGH = 2


class PreparedSearch:
    """A search whose names are looked up and whose filter is compiled; it also
    looks up the metrics of `keys`. `is_page`: one page is read, not all matches."""

    def __init__(self, search: Search, keys: Sequence[SortKey] = (), is_page: bool = False) -> None:
        self.search = search
        self.scope = Scope(
            workspace=search.workspace,
            experiments=search.experiments,
            lifecycle=search.lifecycles,
            submitted_by=search.submitter,
            include_children=search.include_children,
            now_ms=search.now_ms or now_ms(),
        )
        self.keys = tuple(map(self._with_column, keys))
        keys = self.keys
        node = narrow(self.scope, follow_names(search.tree, search.workspace))
        comparisons = list(walk_comparisons(node))
        names = {
            (one.field.key, one.field.column)
            for one in comparisons
            if one.field.entity is Entity.METRIC
        }
        names |= {(key.field.key, key.field.column) for key in keys if key.is_metric}
        self.metrics = MetricIds(self.scope, sorted(names))
        self._refuse_unknown_aggregates(comparisons, keys)
        known = self._look_up(node, comparisons)
        self.conditions = Conditions(self.scope, self.metrics, known, is_page)
        self.node = node
        self.block = self._make_block(is_page)

    def _with_column(self, key: SortKey) -> SortKey:
        """Return the key of a column that is written `metrics.table[column]`, where no metric has
        this name. One query for such a text."""
        field = key.field
        match = WITH_COLUMN.fullmatch(field.key) if key.is_metric and not key.as_text else None
        if match is None or MetricIds(self.scope, [(field.key, "")]).all(field.key):
            return key
        return replace(key, field=replace(field, key=match[1], column=match[2]))

    def _refuse_unknown_aggregates(
        self, comparisons: Sequence[Comparison], keys: Sequence[SortKey]
    ) -> None:
        """Raise SearchError, or FilterError for one of the comparisons, where no metric has a name
        and its last word is no aggregate. At most two queries, none where all metrics are known."""
        workspace = self.search.workspace
        if not self.search.takes_any_name:
            refuse_unknown_in_filter(workspace, filter(self._is_unknown, comparisons))
        strict = (key for key in keys if not key.as_text)
        refuse_unknown_aggregates(
            workspace, (key.field for key in filter(self._is_unknown, strict))
        )

    def _is_unknown(self, one: Comparison | SortKey) -> bool:
        field = one.field
        is_metric = field.entity is Entity.METRIC
        return is_metric and not self.metrics.all(field.key, field.column)

    def _look_up(
        self, node: Node, comparisons: Sequence[Comparison]
    ) -> dict[Comparison, list[int]]:
        """Return the runs that satisfy each condition which the database cannot answer."""
        goal = self.search.goal
        finders = {
            one: finder_of(one, goal, self.scope) for one in comparisons if is_looked_up(one)
        }
        if not finders:
            return {}
        conditions = Conditions(self.scope, self.metrics, {})
        block = Block((conditions.compile(without_looked_up(node)),))
        ids = read_ids(self.scope, block)
        return {one: find(ids) for one, find in finders.items()}

    def _make_block(self, is_page: bool) -> Block:
        """Return the runs that match, with a driver where few runs can match."""
        if self.node == EVERYTHING:
            return Block()
        parts = self.node.parts if isinstance(self.node, And) else (self.node,)
        conditions = [self.conditions.compile(part) for part in parts]
        found = [
            (driver, index)
            for index, part in enumerate(parts)
            for driver in find_drivers(part, self.conditions)
        ]
        counts = self._count(found, FEW + 1)
        is_few = bool(counts) and min(counts) <= FEW
        if not is_few and is_page and self._finds_many(conditions):
            return Block(tuple(conditions))
        if not is_few:
            # An index on the table of runs itself does not help to read all runs.
            found = [pair for pair in found if is_page or not pair[0].is_own]
            counts = self._count(found, MANY) if len(found) > 1 else [MANY] * len(found)
        if not counts:
            return Block(tuple(conditions), is_sorted=True)
        driver, index = found[counts.index(min(counts))]
        if driver.is_exact:
            del conditions[index]
        return Block(tuple(conditions), driver, is_few, is_sorted=True)

    def _count(self, found: Sequence[tuple[Driver, int]], most: int) -> list[int]:
        drivers = [driver for driver, _ in found]
        return list(count_drivers(drivers, self.scope, most)) if drivers else []

    def _finds_many(self, conditions: Sequence[Sql]) -> bool:
        """Tell by some of the newest and oldest runs whether reading in order soon fills a page."""
        return read_sample(self.scope, conditions) >= ENOUGH

    def select(self, columns: Sql, joins: Sql | None = None, tail: Sql | None = None) -> Sql:
        """Return a statement over all runs of the block, `r`, in no order."""
        few, source = from_clause_of(self.block, self.scope)
        conditions = [self.scope.condition(), *self.block.conditions]
        if any(one.field.key == "status" for one in walk_comparisons(self.node)):
            # Completes the columns of the index by status.
            conditions.append(sql("r.workspace_id = %s", self.scope.workspace.id))
        return (
            few
            + columns.wrap("SELECT ", " FROM ")
            + source
            + (joins or Sql(""))
            + all_of(conditions).wrap(" WHERE ", "")
            + (tail or Sql(""))
        )

    def count(self, most: int) -> int:
        """Return the number of runs, at most `most`."""
        found = self.select(Sql("1 AS one"), tail=sql(" LIMIT %s", most))
        return fetch(found.wrap("SELECT COUNT(*) FROM (", ") found"))[0][0]


def narrow(scope: Scope, node: Node) -> Node:
    """Let clauses on `experiment` that must hold, and `archived`, act on the scope; return the
    tree without the former. One query for each."""
    if any(
        one.field.key == "archived" and one.field.entity is Entity.RUN
        for one in walk_comparisons(node)
    ):
        scope.lifecycle = {*scope.lifecycle, Lifecycle.ACTIVE, Lifecycle.ARCHIVED}
    rest: list[Node] = []
    for part in node.parts if isinstance(node, And) else (node,):
        if not _is_experiment(part):
            rest.append(part)
            continue
        found = match_experiments(part, scope)
        scope.narrowed_to = found if scope.narrowed_to is None else scope.narrowed_to & found
    return join(And, rest)


def _is_experiment(node: Node) -> bool:
    return (
        isinstance(node, Comparison)
        and node.field.entity is Entity.RUN
        and node.field.key == "experiment"
        and node.operator not in NULLS
    )
