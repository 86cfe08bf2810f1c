"""Compiles the tree of a filter into a condition on run `r`.

Params, tags, properties and metrics are looked up by EXISTS, so each comparison is a probe of one
index.
"""

from collections.abc import Callable, Mapping

from runs.database.fragments import FALSE, TRUE, Sql, all_of, any_of, every, sql
from runs.metrics.tables import SERIES, TEXT_VALUE
from runs.search.comparisons import compare_float, compare_text
from runs.search.metric_ids import MetricIds
from runs.search.run_fields import compare_run_field
from runs.search.scope import Scope
from runs.tracking.client_tags import PREFIXES
from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters import And, Comparison, Node, Not, Operator
from runs.tracking.filters.nodes import LISTS, NULLS
from runs.tracking.tables import DATASET, PARAM, PROPERTY, TAG

TABLES = {
    Entity.PARAM: PARAM,
    Entity.TAG: TAG,
    Entity.PROPERTY: PROPERTY,
}
AGGREGATES = {
    Aggregate.LAST: '{s}."last"',
    Aggregate.FIRST: '{s}."first"',
    Aggregate.MIN: '{s}."min"',
    Aggregate.MAX: '{s}."max"',
    Aggregate.COUNT: "CAST({s}.n AS double precision)",
    # Below 1e-290 a quotient may fall out of the range of a double, which PostgreSQL refuses.
    Aggregate.MEAN: (
        'CASE WHEN {s}.n - {s}.nan_count = 1 THEN {s}."sum"'
        ' WHEN ABS({s}."sum") > 1e-290 THEN {s}."sum" / ({s}.n - {s}.nan_count)'
        ' WHEN {s}."sum" IS NOT NULL AND {s}.n > {s}.nan_count THEN 0.0 END'
    ),
}


def read_aggregate(aggregate: Aggregate, series: str) -> str:
    """Return the expression of an aggregate of the series row `series`; NULL is NaN."""
    return AGGREGATES[aggregate].format(s=series)


# The indexes that have an aggregate in order, each with the rows it holds: the least or greatest
# value stands in an index of its own only where it is not the last one. It is the last one where it
# is no less (no greater): of two columns that are equal, PostgreSQL expects so few rows that it
# sorts them instead of walking the index.
INDEXES = {
    Aggregate.MIN: [
        (Aggregate.MIN, '({s}."min" < {s}."last" OR {s}."last" IS NULL)'),
        (Aggregate.LAST, '{s}."min" >= {s}."last"'),
    ],
    Aggregate.MAX: [
        (Aggregate.MAX, '({s}."max" > {s}."last" OR {s}."last" IS NULL)'),
        (Aggregate.LAST, '{s}."max" <= {s}."last"'),
    ],
}


def indexes_of(aggregate: Aggregate, series: str) -> list[tuple[str, Sql]]:
    """Return expressions of an aggregate, together of all rows of a metric: each with the condition
    on the rows that an index has in its order. An aggregate without an index is one of all rows."""
    return [
        (read_aggregate(ordered, series), Sql(rows.format(s=series)))
        for ordered, rows in INDEXES.get(aggregate, [(aggregate, TRUE.text)])
    ]


class Conditions:
    """Compiles trees for one scope.

    `logs` holds the keys of the runs each log comparison found. `fenced`: each comparison is
    looked up for one run at a time, which is fast for a page. Without, the planner may join.
    """

    def __init__(
        self,
        scope: Scope,
        metrics: MetricIds,
        known: Mapping[Comparison, list[int]],
        fenced: bool = True,
    ) -> None:
        self.scope, self.metrics, self.known = scope, metrics, known
        self.dialect = scope.dialect
        self.fence = scope.dialect.fence if fenced else ""

    def compile(self, node: Node) -> Sql:
        """Return the condition of a tree; never NULL below a NOT."""
        if isinstance(node, Comparison):
            return COMPILERS[node.field.entity](self, node)
        if isinstance(node, Not):
            part = self.compile(node.part)
            part = part.wrap("(", ")") if isinstance(node.part, Comparison) else part
            return part.wrap("(", " IS NOT TRUE)")
        if isinstance(node, And):
            return all_of(map(self.compile, node.parts))
        return any_of(map(self._compile_choice, node.parts))

    def _compile_choice(self, node: Node) -> Sql:
        """Return a part of an OR, an AND of it without parentheses."""
        if isinstance(node, And) and node.parts:
            return every(map(self.compile, node.parts))
        return self.compile(node)

    def compile_run(self, node: Comparison) -> Sql:
        return compare_run_field(node, self.scope)

    def compile_known(self, node: Comparison) -> Sql:
        return self.dialect.one_of("r.id", self.known[node])

    def compile_words(self, node: Comparison) -> Sql:
        """The text is in the name, the description or a tag; tags that clients keep for themselves
        do not count."""

        def holds(text: str) -> Sql:
            return compare_text(self.dialect, text, node.operator, node.value)

        tags = sql(f"SELECT 1 FROM {TAG} p WHERE p.run_id = r.id AND ")
        for prefix in PREFIXES:
            tags += sql("p.key NOT LIKE %s AND ", f"{prefix}%")
        tagged = self._exists(tags + any_of([holds("p.key"), holds("p.value")]))
        return any_of([holds("r.name"), holds("r.description"), tagged])

    def compile_dataset(self, node: Comparison) -> Sql:
        matching = sql(f"SELECT 1 FROM {DATASET} d WHERE d.run_id = r.id")
        if node.operator not in NULLS:
            matching += sql(" AND ") + compare_text(
                self.dialect, f"d.{node.field.key}", node.operator, node.value
            )
        return self._exists(matching, node.operator is not Operator.IS_NULL)

    def compile_keyed(self, node: Comparison) -> Sql:
        """Params, tags, properties."""
        matching = sql(
            f"SELECT 1 FROM {TABLES[node.field.entity]} p WHERE p.run_id = r.id AND p.key = %s",
            node.field.key,
        )
        if node.operator not in NULLS:
            matching += sql(" AND ") + self.compare_keyed(node, "p")
        return self._exists(matching, node.operator is not Operator.IS_NULL)

    def compare_keyed(self, node: Comparison, row: str) -> Sql:
        """Return the condition on a row of params, tags or properties that has the key."""
        if node.operator in LISTS:
            parts = [
                self._compare_one(node.field, Operator.EQ, value, row)
                for value in node.value
                if not isinstance(value, str)
            ]
            texts = [value for value in node.value if isinstance(value, str)]
            if texts:
                parts.append(self.dialect.one_of(f"{row}.value", texts))
            found = any_of(parts)
            return found if node.operator is Operator.IN else self._none_of(found, row)
        if node.operator is Operator.NE:
            return self._none_of(self._compare_one(node.field, Operator.EQ, node.value, row), row)
        return self._compare_one(node.field, node.operator, node.value, row)

    def _none_of(self, found: Sql, row: str) -> Sql:
        """A text that is no number differs from every number; a tag without a value from none."""
        return all_of([Sql(f"{row}.value IS NOT NULL"), found.wrap("((", ") IS NOT TRUE)")])

    def _compare_one(self, field: Field, operator: Operator, value: object, row: str) -> Sql:
        text = f"{row}.value"
        if isinstance(value, bool):
            return compare_text(self.dialect, f"LOWER({text})", operator, str(value).lower())
        if isinstance(value, int | float):
            stored = f"{row}.number" if field.entity is Entity.PARAM else self.dialect.number(text)
            return compare_float(stored, operator, value)
        return compare_text(self.dialect, text, operator, value)

    def compile_metric(self, node: Comparison) -> Sql:
        if node in self.known:
            return self.compile_known(node)
        metric_id = self.metrics.of_run(node.field.key, node.field.column)
        if metric_id is None:
            return TRUE if node.operator is Operator.IS_NULL else FALSE
        parts = self._compare_metric(node)
        found = any_of(
            self._exists(
                sql(f"SELECT 1 FROM {table} s WHERE s.run_id = r.id AND s.metric_id = ")
                + metric_id
                + " AND "
                + condition
            )
            for table, condition in parts
        )
        return found.wrap("NOT ", "") if node.operator is Operator.IS_NULL else found

    def _compare_metric(self, node: Comparison) -> list[tuple[str, Sql]]:
        """Return the tables of numbers and of texts to look in, each with its condition."""
        number = read_aggregate(node.field.aggregate, "s")
        if node.operator in NULLS:
            return [(SERIES, TRUE), (TEXT_VALUE, TRUE)]
        values = node.value if node.operator in LISTS else (node.value,)
        texts = [value for value in values if isinstance(value, str)]
        numbers = [value for value in values if not isinstance(value, str)]
        parts = []
        if numbers:
            value = numbers if node.operator in LISTS else numbers[0]
            parts.append((SERIES, compare_float(number, node.operator, value)))
        if texts:
            value = texts if node.operator in LISTS else texts[0]
            compared = compare_text(self.dialect, "s.value", node.operator, value)
            parts.append((TEXT_VALUE, all_of([compared, _is_final(node.field.aggregate)])))
        return parts

    def _exists(self, matching: Sql, wanted: bool = True) -> Sql:
        # Only positive comparisons are fenced: a search for what is missing often looks at all
        # runs, where a join of all at once is the better plan.
        if wanted:
            return matching.wrap("EXISTS (", f"{self.fence})")
        return matching.wrap("NOT EXISTS (", ")")


def _is_final(aggregate: Aggregate) -> Sql:
    """The condition that the text `s` is the last (or first) of its metric."""
    beyond = "<" if aggregate is Aggregate.FIRST else ">"
    return Sql(
        f"NOT EXISTS (SELECT 1 FROM {TEXT_VALUE} o WHERE o.run_id = s.run_id"
        f" AND o.metric_id = s.metric_id AND (o.step, o.ms, o.id) {beyond} (s.step, s.ms, s.id))"
    )


COMPILERS: dict[Entity, Callable[[Conditions, Comparison], Sql]] = {
    Entity.RUN: Conditions.compile_run,
    Entity.LOG: Conditions.compile_known,
    Entity.JMESPATH: Conditions.compile_known,
    Entity.WORDS: Conditions.compile_words,
    Entity.DATASET: Conditions.compile_dataset,
    Entity.PARAM: Conditions.compile_keyed,
    Entity.TAG: Conditions.compile_keyed,
    Entity.PROPERTY: Conditions.compile_keyed,
    Entity.METRIC: Conditions.compile_metric,
}
