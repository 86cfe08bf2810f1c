"""How many requests are in the application at once, and with which connection to the database.

There are many threads, because a thread waits for each client that sends or reads slowly. Few of
them may work: each needs a connection to the database, and what is more than the processor can do
only waits inside instead of outside. The connection used last is given out first: its pages are
still in memory.
"""

from collections.abc import Iterator, Mapping
from queue import SimpleQueue
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

# Enough for the writers of a busy studio to meet in one group commit.
PLACES = 16
# So many of the places are never taken by requests that may write: however long those wait for the
# database, pages are read and probes are answered.
KEPT_FOR_READERS = 4
# So much of a stream is handed to the server at once.
PIECE_BYTES = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# MLflow's clients search by POST.
SEARCH = "/search"


class Gate:
    """Lets at most `places` callers through at once, of those that write `kept` fewer."""

    def __init__(self, places: int = PLACES, kept: int = KEPT_FOR_READERS) -> None:
        self._places = filled(places)
        self._writers = filled(places - kept)
        self._connections = [make_connection() for _ in range(places)]

    def enter(self, writes: bool) -> bool:
        """Wait for a place, and give this thread a connection; return what `leave` is told."""
        if writes:
            self._writers.get()
        self._places.get()
        connections[DEFAULT_DB_ALIAS] = self._connections.pop()
        return writes

    def leave(self, writes: bool) -> None:
        """Give place and connection to the next one."""
        self._connections.append(connections[DEFAULT_DB_ALIAS])
        self._places.put(None)
        if writes:
            self._writers.put(None)


class Parts:
    """The parts of a stream: each is made inside the gate, and sent outside of it."""

    def __init__(self, result: Any, gate: Gate) -> None:
        self.result = result
        self.gate = gate
        self.pieces = pieces_of(iter(result))

    def __iter__(self) -> "Parts":
        return self

    def __next__(self) -> bytes:
        """Return the next piece."""
        place = self.gate.enter(writes=False)
        try:
            return next(self.pieces)
        finally:
            self.gate.leave(place)

    def close(self) -> None:
        """End the request."""
        place = self.gate.enter(writes=False)
        try:
            self.result.close()
        finally:
            self.gate.leave(place)


def pieces_of(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield `parts` in pieces that the server may keep a few of for each slow reader."""
    for part in parts:
        for start in range(0, len(part), PIECE_BYTES):
            yield part[start : start + PIECE_BYTES]


def may_write(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request may change something, by its method and its path."""
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return False
    return not environ["PATH_INFO"].endswith(SEARCH)


def filled(count: int) -> SimpleQueue[None]:
    """Return a queue with `count` tokens."""
    tokens: SimpleQueue[None] = SimpleQueue()
    for _ in range(count):
        tokens.put(None)
    return tokens


def make_connection() -> Any:
    """Return a connection that threads may use one after another; it opens at its first query."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    connection.inc_thread_sharing()
    return connection
