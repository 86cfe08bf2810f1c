"""The part of the grammar that MLflow's `filter_string` and `order_by` have, read as strictly.

Clauses joined by AND; no OR, NOT, parentheses, regular expressions or aggregates (`metrics.a.min`
is a metric of that name); texts in quotes, numbers without; the operators of each entity as MLflow
has them. The values of `status` stay as written: the door translates them.
"""

from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.fields import DATASET_KEYS
from runs.tracking.filters.lexer import Kind, Token, read_tokens
from runs.tracking.filters.literals import read_number
from runs.tracking.filters.names import NAME_KINDS, FieldName, read_name
from runs.tracking.filters.nodes import (
    EQUALITY,
    EVERYTHING,
    LISTS,
    NULLS,
    ORDERED,
    And,
    Comparison,
    Node,
    Operator,
    Value,
    join,
)
from runs.tracking.filters.parser import Parser

# A list of run ids is long; nesting is not possible here.
MAX_CHARS = 200_000

ENTITIES = {
    **dict.fromkeys(("metric", "metrics"), Entity.METRIC),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), Entity.PARAM),
    **dict.fromkeys(("tag", "tags"), Entity.TAG),
    **dict.fromkeys(("attribute", "attributes", "attr", "run"), Entity.RUN),
    **dict.fromkeys(("dataset", "datasets"), Entity.DATASET),
}
RUN_ATTRIBUTES = {
    "run_id": "run_id",
    "run_name": "name",
    "run name": "name",
    "Run name": "name",
    "Run Name": "name",
    "status": "status",
    "artifact_uri": "artifact_uri",
    "user_id": "submitted_by",
    "start_time": "started",
    "created": "started",
    "Created": "started",
    "end_time": "ended",
}
EXPERIMENT_ATTRIBUTES = {
    "name": "name",
    "creation_time": "created",
    "last_update_time": "updated",
}
TIMES = frozenset({"started", "ended", "created", "updated"})
NUMERIC = EQUALITY | ORDERED
TEXTUAL = EQUALITY | {Operator.LIKE, Operator.ILIKE}
OPERATORS = {
    Entity.METRIC: NUMERIC,
    Entity.PARAM: TEXTUAL | NULLS,
    Entity.TAG: TEXTUAL | NULLS,
    Entity.DATASET: TEXTUAL | LISTS,
}


def parse_mlflow(text: str) -> Node:
    """Return the tree of a filter of MLflow's `runs/search`. Raises FilterError."""
    return StrictParser(read_tokens(text, MAX_CHARS), RUN_ATTRIBUTES).read_all()


def parse_mlflow_experiments(text: str) -> Node:
    """Return the tree of a filter of MLflow's `experiments/search`: `name`, `creation_time` (the
    field `created`), `last_update_time` (`updated`) and tags. Raises FilterError."""
    return StrictParser(read_tokens(text, MAX_CHARS), EXPERIMENT_ATTRIBUTES).read_all()


def parse_mlflow_order(text: str) -> tuple[Field, bool]:
    """Return field and whether descending of one `order_by` entry. Raises FilterError."""
    return StrictParser(read_tokens(text), RUN_ATTRIBUTES).read_order()


def check_comparison(node: Comparison, name: str) -> None:
    """Raise FilterError where MLflow has no such comparison. `name` is the field's in MLflow."""
    field, where = node.field, (node.position, node.length)
    if (
        field.entity in (Entity.LOG, Entity.PROPERTY)
        or field.aggregate is not Aggregate.LAST
        or field.column
    ):
        raise FilterError("MLflow's filters know no logs, properties or aggregates.", *where)
    if node.operator in NULLS and node.operator not in _operators(field):
        raise FilterError(_no_nulls(field, name), *where)
    if node.operator not in _operators(field):
        names = ", ".join(known.value for known in Operator if known in _operators(field))
        raise FilterError(
            f"`{node.operator.value}` cannot be used with this field.", *where, f"It takes {names}."
        )
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    if node.operator not in NULLS and not all(_fits(field, value) for value in values):
        kind = "a number" if _is_numeric(field) else "a text in quotes"
        raise FilterError(f"This field is compared with {kind}.", *where)


def _no_nulls(field: Field, name: str) -> str:
    """Return why a field is never compared with null, in MLflow's words."""
    entity = {Entity.RUN: "attribute", Entity.METRIC: "metric", Entity.DATASET: "dataset"}
    return (
        "IS NULL / IS NOT NULL is only supported for tags and params, not for "
        f"'{entity[field.entity]}' '{name}'."
    )


def _operators(field: Field) -> frozenset[Operator]:
    if field.entity is not Entity.RUN:
        return OPERATORS[field.entity]
    if field.key in TIMES:
        return NUMERIC
    return TEXTUAL | LISTS if field.key == "run_id" else TEXTUAL


def _is_numeric(field: Field) -> bool:
    return field.entity is Entity.METRIC or (field.entity is Entity.RUN and field.key in TIMES)


def _fits(field: Field, value: object) -> bool:
    if _is_numeric(field):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


class StrictParser(Parser):
    """Reads MLflow's smaller language with the same tokens."""

    def __init__(self, tokens: list[Token], attributes: dict[str, str]) -> None:
        super().__init__(tokens)
        self.attributes = attributes

    def read_all(self) -> Node:
        if self.token.kind is Kind.END:
            return EVERYTHING
        parts: list[Node] = [self.read_comparison()]
        while self.token.keyword == "AND":
            self.index += 1
            parts.append(self.read_comparison())
        if self.token.kind is not Kind.END:
            raise self.error(
                f"Invalid clause in the filter: `{self.token.raw}`.", "Only AND joins."
            )
        return join(And, parts)

    def read_order(self) -> tuple[Field, bool]:
        """Read `field [ASC|DESC]`."""
        field = self.read_field()
        if field.entity is Entity.DATASET:
            raise self.error("Runs cannot be ordered by a data set.")
        descending = self.token.keyword == "DESC"
        if self.token.keyword in ("ASC", "DESC"):
            self.index += 1
        if self.token.kind is not Kind.END:
            raise self.error(f"Invalid order_by: `{self.token.raw}` is not expected here.")
        return field, descending

    def read_comparison(self) -> Comparison:
        comparison = super().read_comparison()
        field = comparison.field
        names = {ours: name for name, ours in reversed(self.attributes.items())}
        name = names.get(field.key, field.key) if field.entity is Entity.RUN else field.key
        check_comparison(comparison, name)
        return comparison

    def read_field(self) -> Field:
        if self.token.kind not in NAME_KINDS:
            raise self.error("A field is missing here.", "Such as `metrics.loss`.")
        name, self.index = read_name(self.tokens, self.index)
        first, *rest = [segment.text for segment in name.segments]
        if not rest:
            return self._attribute(name, first)
        entity, key = ENTITIES.get(first), ".".join(rest)
        if entity is None or (entity is Entity.METRIC and self.attributes is EXPERIMENT_ATTRIBUTES):
            raise name.error(f"Invalid entity type '{first}'.", f"One of {', '.join(ENTITIES)}.")
        if entity is Entity.RUN:
            return self._attribute(name, key)
        if not key or (entity is Entity.DATASET and key not in DATASET_KEYS):
            raise name.error(f"Invalid key '{key}' for {first}.")
        return Field(entity, key)

    def _attribute(self, name: FieldName, key: str) -> Field:
        if key not in self.attributes or name.column:
            keys = ", ".join(self.attributes)
            raise name.error(f"Invalid attribute key '{key}' specified.", f"One of {keys}.")
        return Field(Entity.RUN, self.attributes[key])

    def read_operator(self, field: Field) -> Operator:
        start = self.token
        operator = self._match_operator()
        if operator is None or start.raw == "==":
            raise FilterError(f"Invalid comparator `{start.raw}`.", start.position, len(start.raw))
        return operator

    def read_operand(self, field: Field, operator: Operator) -> Value | tuple[Value, ...] | None:
        if operator in LISTS and self.token.raw != "(":
            raise self.error("A list in parentheses is missing here.")
        return super().read_operand(field, operator)

    def read_value(self, field: Field, operator: Operator, token: Token) -> Value:
        """Read a quoted text or a bare number, whatever the field."""
        if token.kind is Kind.TEXT:
            return token.text
        number = read_number(token.text) if token.kind is Kind.WORD else None
        if number is None:
            raise FilterError(
                f"`{token.raw}` is neither a number nor a text in quotes.",
                token.position,
                len(token.raw),
            )
        return number
