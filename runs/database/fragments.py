"""Pieces of SQL that carry their parameters.

The text is code of the studio; whatever a person wrote travels in `params`. SQLite's parser keeps
at most a hundred things open: of parts that are joined, the one with the deepest parentheses
stands first, so that nothing but parentheses is open while it is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement with one `%s` for each of its parameters. `depth` is how many
    parentheses were put around something in it."""

    text: str
    params: tuple[Any, ...] = ()
    depth: int = field(default=0, compare=False)

    def __add__(self, other: "Sql | str") -> "Sql":
        if isinstance(other, str):
            return Sql(self.text + other, self.params, self.depth)
        depth = max(self.depth, other.depth)
        return Sql(self.text + other.text, self.params + other.params, depth)

    def wrap(self, before: str, after: str) -> "Sql":
        return Sql(before + self.text + after, self.params, self.depth + before.count("("))


TRUE = Sql("1 = 1")
FALSE = Sql("1 = 0")


def sql(text: str, *params: Any) -> Sql:
    return Sql(text, params)


def chain(separator: str, parts: Iterable[Sql]) -> Sql:
    """Return the parts one after the other, `separator` between them."""
    texts: list[str] = []
    params: list[Any] = []
    depth = 0
    for part in parts:
        texts.append(part.text)
        params.extend(part.params)
        depth = max(depth, part.depth)
    return Sql(separator.join(texts), tuple(params), depth)


def every(parts: Iterable[Sql]) -> Sql:
    """Return the condition that all parts hold, without parentheses; true without any."""
    parts = sorted(parts, key=_depth, reverse=True)
    return chain(" AND ", parts) if parts else TRUE


def all_of(parts: Iterable[Sql]) -> Sql:
    """Return the condition that all parts hold; true without any."""
    return every(parts).wrap("(", ")")


def any_of(parts: Iterable[Sql]) -> Sql:
    """Return the condition that one part holds; false without any. AND binds closer."""
    parts = sorted(parts, key=_depth, reverse=True)
    return chain(" OR ", parts).wrap("(", ")") if parts else FALSE


def _depth(part: Sql) -> int:
    """Shallow parts stay in the order they were written in."""
    return part.depth if part.depth > 8 else 0
