"""Names with `/` as a tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass
class TreeLine(Generic[T]):
    """One line of a drawn tree. `item` is None for a folder that is only a common beginning.

    `label` is what the line adds to the line above it; `path` the whole beginning; `parent` the
    path of the folder it lies in ("" at the top); `below` counts the items under it.
    """

    path: str
    label: str
    parent: str
    depth: int
    item: T | None
    below: int


@dataclass
class _Node(Generic[T]):
    item: T | None = None
    children: "dict[str, _Node[T]]" = field(default_factory=dict)

    def count(self) -> int:
        return sum((child.item is not None) + child.count() for child in self.children.values())


def grow_tree(items: Sequence[T]) -> list[TreeLine[T]]:
    """Lay out `items` by the `/` in their names, keeping their order.

    A folder with one thing in it is not shown alone: `a/b/c` stays one line.
    """
    root: _Node[T] = _Node()
    for item in items:
        node = root
        for part in item.name.split("/"):
            node = node.children.setdefault(part, _Node())
        node.item = item
    return list(_walk(root, "", 0))


def _walk(node: _Node[T], parent: str, depth: int) -> Iterator[TreeLine[T]]:
    for label, child in node.children.items():
        while child.item is None and len(child.children) == 1:
            part, child = next(iter(child.children.items()))
            label = f"{label}/{part}"
        path = f"{parent}/{label}" if depth else label
        yield TreeLine(path, label, parent, depth, child.item, child.count())
        yield from _walk(child, path, depth + 1)


def flat_lines(items: Sequence[T]) -> list[TreeLine[T]]:
    """The same lines without a tree."""
    return [TreeLine(item.name, item.name, "", 0, item, 0) for item in items]
