"""Ids that this process has looked up, kept once the transaction that saw them has committed.

A purge leaves stale ones behind. The writer that meets one finds its run gone, or its foreign key
refused, and calls `forget_ids`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Protocol, TypeVar

from django.db import transaction

K = TypeVar("K")
V = TypeVar("V")


class KnownIds(dict[K, V]):
    """A dictionary that is emptied before it would hold more than `most` entries."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        forget_with_ids(self)

    def remember(self, found: Mapping[K, V]) -> None:
        """Keep what was found, after COMMIT."""
        transaction.on_commit(partial(self._keep, found))

    def _keep(self, found: Mapping[K, V]) -> None:
        if len(self) + len(found) > self.most:
            self.clear()
        self.update(found)


class Clearable(Protocol):
    """What can be emptied."""

    def clear(self) -> None: ...


_all: list[Clearable] = []


def forget_with_ids(known: Clearable) -> None:
    """Let `forget_ids` empty this, too."""
    _all.append(known)


def forget_ids() -> None:
    """Drop all that was looked up."""
    for known in _all:
        known.clear()
