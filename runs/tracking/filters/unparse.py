"""A tree as canonical text: equal filters have the same. Chips show it."""

import math
import re

from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters.fields import type_of
from runs.tracking.filters.lexer import JMESPATH
from runs.tracking.filters.literals import write_duration, write_moment
from runs.tracking.filters.names import AGGREGATES
from runs.tracking.filters.nodes import (
    LISTS,
    NULLS,
    Ago,
    And,
    Comparison,
    Moment,
    Node,
    Not,
    Or,
    Value,
)
from runs.tracking.run_fields import Type

PLAIN_KEY = re.compile(r"[\w/\-]+(?:\.[\w/\-]+)*")


def unparse(node: Node) -> str:
    """Return the canonical text of a tree; `parse` reads it back into an equal tree."""
    if isinstance(node, Comparison):
        return _write_comparison(node)
    if isinstance(node, Not):
        return f"NOT ({unparse(node.part)})"
    word = " AND " if isinstance(node, And) else " OR "
    # What follows `jp:` is its expression, so it stands last.
    parts = sorted(node.parts, key=ends_filter)
    return word.join(_write_part(part, node) for part in parts)


def ends_filter(node: Node) -> bool:
    """Tell whether nothing can stand behind a part of a filter."""
    return isinstance(node, Comparison) and node.field.entity is Entity.JMESPATH


def _write_part(part: Node, inside: And | Or) -> str:
    text = unparse(part)
    return f"({text})" if isinstance(part, Or) and isinstance(inside, And) else text


def _write_comparison(node: Comparison) -> str:
    if node.field.entity is Entity.WORDS:
        return _quote(str(node.value)[1:-1])
    if node.field.entity is Entity.JMESPATH:
        return f"{JMESPATH} {node.value}"
    field, operator = write_field(node.field), node.operator
    if operator in NULLS:
        return f"{field} {operator.value}"
    if operator in LISTS:
        values = ", ".join(write_value(node.field, value) for value in node.value)
        return f"{field} {operator.value} ({values})"
    return f"{field} {operator.value} {write_value(node.field, node.value)}"


def write_field(field: Field) -> str:
    """Return a field as it stands in a filter, quoted where it must be."""
    if field.entity is Entity.LOG:
        return "log"
    if field.entity is Entity.RUN:
        return field.key
    column = f"[{_quote(field.column)}]" if field.column else ""
    aggregate = "" if field.aggregate is Aggregate.LAST else f".{field.aggregate}"
    return f"{field.entity.value}.{_write_key(field.key)}{column}{aggregate}"


def _write_key(key: str) -> str:
    plain = PLAIN_KEY.fullmatch(key) and key.rpartition(".")[2] not in AGGREGATES
    return key if plain else _quote(key)


def _quote(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def write_value(field: Field, value: Value) -> str:
    """Return a value as it stands in a filter on `field`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Moment):
        return write_moment(value)
    if isinstance(value, Ago):
        return _write_ago(value.ms)
    if isinstance(value, float):
        return _write_float(value)
    if isinstance(value, int):
        return str(value)
    return value if type_of(field) is Type.CHOICE and value.isalnum() else _quote(value)


def _write_ago(ms: int) -> str:
    if ms == 0:
        return "now"
    return f"-{write_duration(ms)}" if ms > 0 else f"+{write_duration(-ms)}"


def _write_float(value: float) -> str:
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)
