"""The filter language: one grammar for the query box, the URL, the API and the command line."""

from runs.tracking.filters.clauses import (
    Clause,
    add_clause,
    list_choices,
    list_clauses,
    remove_clause,
)
from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.nodes import (
    EVERYTHING,
    Ago,
    And,
    Comparison,
    Moment,
    Node,
    Not,
    Operator,
    Or,
    Value,
    join,
    rewrite,
    walk_comparisons,
)
from runs.tracking.filters.parser import parse
from runs.tracking.filters.suggest import Expectation, Expected, suggest
from runs.tracking.filters.unparse import unparse, write_field, write_value

__all__ = [
    "EVERYTHING",
    "Ago",
    "And",
    "Clause",
    "Comparison",
    "Expectation",
    "Expected",
    "FilterError",
    "Moment",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Value",
    "add_clause",
    "join",
    "list_choices",
    "list_clauses",
    "parse",
    "remove_clause",
    "rewrite",
    "suggest",
    "unparse",
    "walk_comparisons",
    "write_field",
    "write_value",
]
