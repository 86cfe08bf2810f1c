"""A filter as a list of clauses that all hold: what chips show, add and remove."""

from collections.abc import Callable
from dataclasses import dataclass

from runs.tracking.filters.nodes import (
    OPPOSITES,
    And,
    Comparison,
    Node,
    Operator,
    Or,
    join,
)
from runs.tracking.filters.parser import parse
from runs.tracking.filters.unparse import ends_filter, unparse


@dataclass(frozen=True, slots=True)
class Clause:
    """One of the conditions that all hold, with its canonical text."""

    node: Node
    text: str


def list_clauses(text: str, *, words: bool = False) -> list[Clause]:
    """Return the clauses of a filter, in order. Raises FilterError."""
    return [Clause(part, unparse(part)) for part in _parts(parse(text, words=words))]


def add_clause(text: str, clause: str) -> str:
    """Return the filter that also asks for `clause`, without repeating a clause.

    A clause that is there already changes nothing. Its opposite is replaced (`!=` by `=`), and `=`
    replaces all other comparisons of its field. Otherwise the text is kept as
    written and the clause stands behind AND. Raises FilterError.
    """
    node, added = parse(text), parse(clause)
    parts, news = _parts(node), _parts(added)
    news = [new for new in news if new not in parts]
    if not news:
        return text
    kept = [part for part in parts if not any(_replaces(new, part) for new in news)]
    if len(kept) < len(parts) or any(map(ends_filter, parts)):
        return unparse(join(And, [*kept, *news]))
    written = f"({text.strip()})" if isinstance(node, Or) else text.strip()
    words = [_write(new) for new in news]
    return " AND ".join([written, *words] if parts else words)


def remove_clause(text: str, index: int, *, words: bool = False) -> str:
    """Return the filter without its clause number `index`. Raises FilterError, IndexError."""
    parts = list(_parts(parse(text, words=words)))
    del parts[index]
    return unparse(join(And, parts))


def list_choices(
    text: str, *, words: bool = False, shown: Callable[[Node], Node] = lambda node: node
) -> list[tuple[str, str]]:
    """Return each clause as text, and the filter without it. The text is that of what `shown` makes
    of the clause. Raises FilterError."""
    clauses = list_clauses(text, words=words)
    return [
        (unparse(shown(one.node)), remove_clause(text, index, words=words))
        for index, one in enumerate(clauses)
    ]


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, And) else (node,)


def _write(node: Node) -> str:
    return f"({unparse(node)})" if isinstance(node, Or) else unparse(node)


def _replaces(new: Node, old: Node) -> bool:
    if not (isinstance(new, Comparison) and isinstance(old, Comparison)):
        return False
    if new.field != old.field:
        return False
    if new.operator is Operator.EQ:
        return True
    opposite = OPPOSITES.get(new.operator) is old.operator
    opposite = opposite or OPPOSITES.get(old.operator) is new.operator
    return opposite and new.value == old.value
