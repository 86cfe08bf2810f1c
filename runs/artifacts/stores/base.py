"""The contract of a store: where bytes lie under keys that the studio makes itself."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

CHUNK_BYTES = 1 << 18


@dataclass(frozen=True)
class Written:
    """What a `put` has stored."""

    size_bytes: int
    crc32: int


@dataclass(frozen=True)
class Stored:
    """Bytes found in a store, with or without a row that knows them."""

    key: str
    modified_ms: int


class Store(Protocol):
    """Keeps bytes. Every method raises StoreUnavailable where the store does not answer."""

    name: str
    can_append: bool

    def put(self, key: str, chunks: Iterable[bytes]) -> Written:
        """Store all of `chunks` under `key`, or nothing when they end in an error.

        Returns after the bytes are safe. Raises StoreFull.
        """

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes [start, stop) in chunks; raises BytesMissing at once, not later."""

    def size(self, key: str) -> int:
        """Return the number of bytes under `key`. Raises BytesMissing."""

    def exists(self, key: str) -> bool:
        """Tell whether the store has bytes under `key`."""

    def delete(self, key: str) -> None:
        """Remove `key`; it may be gone already."""

    def list_keys(self) -> Iterator[Stored]:
        """Return everything in the store, whole or half-written."""


class AppendingStore(Store, Protocol):
    """A store whose bytes can grow (`can_append`)."""

    def append(self, key: str, offset: int, chunk: bytes) -> None:
        """Make `chunk` the bytes from `offset` on; whatever lay there or behind is replaced.

        `offset` is at most the size. Returns after the bytes are safe. Raises StoreFull.
        """

    def lock(self, key: str) -> AbstractContextManager[None]:
        """Hold `key` for one writer, across processes, creating it empty where it is missing."""


def make_key() -> str:
    """Return a key nobody has used: two folder levels that spread the files, and a UUID."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name[2:4]}/{name}"
