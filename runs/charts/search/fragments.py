"""Pieces of SQL that carry their parameters.

The text is code of this room; whatever a person wrote travels in `params`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement with one `%s` for each of its parameters."""

    text: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: "Sql | str") -> "Sql":
        if isinstance(other, str):
            return Sql(self.text + other, self.params)
        return Sql(self.text + other.text, self.params + other.params)

    def wrap(self, before: str, after: str) -> "Sql":
        return Sql(before + self.text + after, self.params)


TRUE = Sql("1 = 1")
FALSE = Sql("1 = 0")


def sql(text: str, *params: Any) -> Sql:
    return Sql(text, params)


def chain(separator: str, parts: Iterable[Sql]) -> Sql:
    """Return the parts one after the other, `separator` between them."""
    texts: list[str] = []
    params: list[Any] = []
    for part in parts:
        texts.append(part.text)
        params.extend(part.params)
    return Sql(separator.join(texts), tuple(params))


def all_of(parts: Iterable[Sql]) -> Sql:
    """Return the condition that all parts hold; true without any."""
    parts = list(parts)
    return chain(" AND ", parts).wrap("(", ")") if parts else TRUE


def any_of(parts: Iterable[Sql]) -> Sql:
    """Return the condition that one part holds; false without any."""
    parts = list(parts)
    return chain(" OR ", parts).wrap("(", ")") if parts else FALSE
