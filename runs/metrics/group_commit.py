"""Leader and followers: writers that meet at the database share one transaction.

A caller puts its work into `pending`. The first one leads: it waits for the turn to write, commits
everything pending by then in one transaction, wakes whose work that was, and passes the lead on to
a caller that has come since. There is no thread to start, to supervise, or to lose at a fork.
"""

import copy
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Work = TypeVar("Work")


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class Ticket(Generic[Work]):
    """One caller's work and what became of it. Freeing `wake` wakes the caller: because the work
    is done, or because it leads now."""

    work: Work
    done: bool = False
    leads: bool = False
    error: Exception | None = None
    wake: threading.Lock = field(default_factory=_locked)


class GroupCommit(Generic[Work]):
    """Commits the work of concurrent callers together.

    `write` takes a group and returns after COMMIT with one error or None for each work of it. If
    it raises instead, nothing of the group is stored, and each work is tried alone. `turn` waits
    until this process may write; if it raises, all who wait fail with its error.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Work]], Sequence[Exception | None]],
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._write = write
        self._turn = turn
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        """A forked child has its parent's locks, but not the threads that would free them."""
        self._mutex = threading.Lock()
        self._pending: list[Ticket[Work]] = []
        self._has_leader = False

    def submit(self, work: Work) -> None:
        """Return when `work` is committed. Raises the error it was refused with."""
        ticket = Ticket(work)
        with self._mutex:
            self._pending.append(ticket)
            ticket.leads, self._has_leader = not self._has_leader, True
        if not ticket.leads:
            self._wait(ticket)
        if not ticket.done:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _wait(self, ticket: Ticket[Work]) -> None:
        try:
            ticket.wake.acquire()
        except BaseException:
            # This thread is being ended: nobody may pass the lead to it.
            with self._mutex:
                self._pending = [other for other in self._pending if other is not ticket]
            if ticket.leads:
                self._pass_on()
            raise

    def _lead(self, own: Ticket[Work]) -> None:
        """Commit everything pending. If this thread dies on the way (a BaseException), the work
        of the others is left to the next leader."""
        group: list[Ticket[Work]] = []
        try:
            try:
                with self._turn():
                    group = self._take_pending()
                    self._commit(group)
            except Exception as error:
                group = group or self._take_pending()
                refuse(group, error)
        finally:
            with self._mutex:
                self._pending[:0] = [t for t in group if not t.done and t is not own]
            self._pass_on()
            for ticket in group:
                if ticket.done and ticket is not own:
                    ticket.wake.release()

    def _take_pending(self) -> list[Ticket[Work]]:
        with self._mutex:
            group, self._pending = self._pending, []
        return group

    def _pass_on(self) -> None:
        """Let the caller that waits longest lead."""
        with self._mutex:
            if self._pending:
                self._pending[0].leads = True
                self._pending[0].wake.release()
            else:
                self._has_leader = False

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


def refuse(tickets: Sequence[Ticket[Work]], error: Exception) -> None:
    """Let each caller that is not done raise the error."""
    for ticket in tickets:
        if not ticket.done:
            ticket.error = copy_error(error)
            ticket.done = True


def copy_error(error: Exception) -> Exception:
    """Return the same error once more: each thread raises its own."""
    same = copy.copy(error)
    same.__cause__ = error.__cause__
    return same
