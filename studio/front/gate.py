"""How many requests are in the application at once, and with which connection to the database.

There are many threads, because a thread waits for each client that sends or reads slowly. Few of
them may work: each needs a connection to the database, and what is more than the processor can do
only waits inside instead of outside. The connection used last is given out first: its pages are
still in memory.
"""

from collections.abc import Iterator, Mapping
from queue import Empty, SimpleQueue
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from runs.database.dialects import current_dialect
from runs.database.turns import turns

# Enough for the writers of a busy studio to meet in one group commit.
PLACES = 16
# So many more are only for readers, after they have waited for one of the others: however long
# writers wait for the database, pages are read and probes are answered.
READERS_PLACES = 4
READERS_PATIENCE_S = 0.05
# So much of a stream is handed to the server at once.
PIECE_BYTES = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# MLflow's clients search by POST.
SEARCH = "/search"


Place = SimpleQueue[None]


class Gate:
    """Lets at most `places` callers through at once, and `for_readers` that only read."""

    def __init__(self, places: int = PLACES, for_readers: int = READERS_PLACES) -> None:
        self._places = filled(places)
        self._for_readers = filled(for_readers)
        self._connections = [make_connection() for _ in range(places + for_readers)]
        self._take_turns = current_dialect().has_one_writer

    def enter(self, writes: bool) -> Place:
        """Wait for a place, and for the turn to read; give this thread a connection. Return what
        `leave` is told."""
        place = self._places
        try:
            place.get(timeout=None if writes else READERS_PATIENCE_S)
        except Empty:
            place = self._for_readers
            place.get()
        try:
            connections[DEFAULT_DB_ALIAS] = self._connections.pop()
        except IndexError:
            # A thread that commits for others has given its place, and needs its connection still.
            connections[DEFAULT_DB_ALIAS] = make_connection()
        if self._take_turns and not writes:
            turns.begin_to_read()
        return place

    def leave(self, place: Place) -> None:
        """Give place, connection and turn to the next one."""
        turns.end_reading()
        self.give_connection()
        self.give(place)

    def give_connection(self) -> None:
        """Give the connection alone to the next one: the request goes on without it."""
        self._connections.append(connections[DEFAULT_DB_ALIAS])

    def give(self, place: Place) -> None:
        """Give the place to the next one."""
        place.put(None)


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


def filled(count: int) -> Place:
    """Return a queue with `count` tokens."""
    tokens: Place = SimpleQueue()
    for _ in range(count):
        tokens.put(None)
    return tokens


def make_connection() -> Any:
    """Return a connection that threads may use one after another; it opens at its first query."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    connection.inc_thread_sharing()
    return connection
