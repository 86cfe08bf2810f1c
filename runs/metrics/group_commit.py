"""Leader and followers: writers that meet at the database share one transaction.

A caller puts its work into `pending` and asks for the commit lock. Whoever holds it commits
everything that is pending in one transaction; the others find their work done when they get the
lock. There is no thread to start, to supervise, or to lose at a fork.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Work = TypeVar("Work")


@dataclass(slots=True, eq=False)
class Ticket(Generic[Work]):
    """One caller's work and what became of it."""

    work: Work
    done: bool = False
    error: Exception | None = None


class GroupCommit(Generic[Work]):
    """Commits the work of concurrent callers together.

    `write` takes a group and returns after COMMIT with one error or None for each work of it. If
    it raises instead, nothing of the group is stored, and each work is tried alone.
    """

    def __init__(self, write: Callable[[Sequence[Work]], Sequence[Exception | None]]) -> None:
        self._write = write
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        """A child process has its parent's locks, but not the threads that would free them."""
        self._commit_lock = threading.Lock()
        self._pending_lock = threading.Lock()
        self._pending: list[Ticket[Work]] = []

    def submit(self, work: Work) -> None:
        """Return when `work` is committed. Raises the error it was refused with."""
        ticket = Ticket(work)
        with self._pending_lock:
            self._pending.append(ticket)
        while not ticket.done:
            with self._commit_lock:
                if not ticket.done:
                    self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _lead(self, own: Ticket[Work]) -> None:
        """Commit everything pending. If this thread dies on the way (a BaseException), the work
        of the others is left to the next leader."""
        with self._pending_lock:
            group, self._pending = self._pending, []
        try:
            self._commit(group)
        finally:
            if orphans := [t for t in group if not t.done and t is not own]:
                with self._pending_lock:
                    self._pending[:0] = orphans

    def _commit(self, group: list[Ticket[Work]]) -> None:
        try:
            errors = self._write([ticket.work for ticket in group])
        except Exception as error:
            if len(group) > 1:
                for ticket in group:
                    self._commit([ticket])
                return
            errors = [error]
        for ticket, outcome in zip(group, errors, strict=True):
            ticket.error = outcome
            ticket.done = True
