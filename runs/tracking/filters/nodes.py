"""The tree a filter is read into. All nodes are frozen and compare by value, not by position."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from runs.tracking.fields import Field


class Operator(StrEnum):
    """A comparison; the value is its canonical text.

    A negative one (`!=`, `!~`, `NOT IN`, `NOT LIKE`) needs the key to exist, as in MLflow; put
    NOT before the clause to find the runs without the key as well.
    """

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    LIKE = "LIKE"
    NOT_LIKE = "NOT LIKE"
    ILIKE = "ILIKE"
    NOT_ILIKE = "NOT ILIKE"
    MATCH = "~"
    NOT_MATCH = "!~"
    IN = "IN"
    NOT_IN = "NOT IN"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"


ORDERED = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE})
EQUALITY = frozenset({Operator.EQ, Operator.NE})
LISTS = frozenset({Operator.IN, Operator.NOT_IN})
NULLS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})
LIKES = frozenset({Operator.LIKE, Operator.NOT_LIKE, Operator.ILIKE, Operator.NOT_ILIKE})
PATTERNS = frozenset({Operator.MATCH, Operator.NOT_MATCH})
OPPOSITES = {
    Operator.NE: Operator.EQ,
    Operator.NOT_LIKE: Operator.LIKE,
    Operator.NOT_ILIKE: Operator.ILIKE,
    Operator.NOT_MATCH: Operator.MATCH,
    Operator.NOT_IN: Operator.IN,
    Operator.IS_NULL: Operator.IS_NOT_NULL,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or time as written: `ms` since the epoch (UTC) and how long the written unit lasts.

    `2026-05-01` is the whole day: `=` means within it, `>` after its end, `>=` from its start.
    """

    ms: int
    span_ms: int = 1


@dataclass(frozen=True, slots=True)
class Ago:
    """A time relative to now: `-7d` is `Ago(604_800_000)`. Resolved when the search runs."""

    ms: int


Value = bool | int | float | str | Moment | Ago


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`. `value` is a tuple for IN, None for IS NULL.

    A number and a text are different values: `params.lr = 0.1` compares numbers,
    `params.lr = "0.1"` characters.
    """

    field: Field
    operator: Operator
    value: Value | tuple[Value, ...] | None = None
    position: int = field(default=0, compare=False)
    length: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts` hold. Without parts it is the empty filter: everything matches."""

    parts: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of `parts` holds."""

    parts: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class Not:
    """`part` does not hold; a comparison of a missing key does not hold either."""

    part: "Node"


Node = Comparison | And | Or | Not
EVERYTHING = And()


def join(kind: type[And] | type[Or], parts: Iterable[Node]) -> Node:
    """Return the parts under one And or Or: nested ones of the same kind flattened, a single part
    as it is."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def walk_comparisons(node: Node) -> Iterator[Comparison]:
    """Yield every comparison in a tree, in the order written."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Comparison):
            yield top
        elif isinstance(top, Not):
            stack.append(top.part)
        else:
            stack.extend(reversed(top.parts))


def rewrite(node: Node, change: Callable[[Comparison], Node]) -> Node:
    """Return the tree with every comparison replaced by what `change` makes of it.

    A door uses it to translate its own words (MLflow's statuses into ours).
    """
    if isinstance(node, Comparison):
        return change(node)
    if isinstance(node, Not):
        return Not(rewrite(node.part, change))
    return join(type(node), [rewrite(part, change) for part in node.parts])
