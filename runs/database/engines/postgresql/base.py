"""Django's PostgreSQL, which notices a connection that the server has closed before it is used."""

import select

from django.db.backends.postgresql import base

# How long a statement waits for the lock of somebody else, as long as writers of SQLite do.
LONGEST_WAIT = "10s"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL.

    A server that stops says so on every connection. What it said lies ready to be read: to look for
    it costs no round trip, so each request can do it, and the first one after a restart opens a new
    connection instead of failing.
    """

    def is_usable(self) -> bool:
        """Tell whether the server still answers on this connection."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0) or super().is_usable()

    def init_connection_state(self) -> None:
        """Let a statement on this connection wait for a lock only so long, and run uncompiled: the
        planner takes a search for dearer than it is, and to compile it takes longer than to run."""
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LONGEST_WAIT}'; SET jit = off")
