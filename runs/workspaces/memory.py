"""Keeps what `access` has looked up for two seconds, because a client that logs sends thousands of
requests. A change of a role, a token or a workspace takes effect at once in the process that made
it, and after two seconds in the others.
"""

import time
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SECONDS = 2.0
MAX_ENTRIES = 10_000


class ShortMemory(Generic[K, V]):
    """A bounded dictionary that forgets each entry `seconds` after it was put in."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._entries: dict[K, tuple[float, V]] = {}
        _all.append(self)

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        if entry is None or entry[0] < time.monotonic():
            return None
        return entry[1]

    def put(self, key: K, value: V) -> None:
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.clear()
        self._entries[key] = (time.monotonic() + self.seconds, value)

    def clear(self) -> None:
        self._entries.clear()


_all: list[ShortMemory] = []


def forget_all() -> None:
    """Forget everything, after a change of members, tokens or workspaces."""
    for memory in _all:
        memory.clear()
