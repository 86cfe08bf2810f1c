"""Leader and followers: writers that meet at the database share one transaction.

A caller puts its work into `pending`. The first one leads: it waits for the turn to write, commits
everything pending by then in one transaction, wakes whose work that was, and passes the lead on to
a caller that has come since. There is no thread to supervise, or to lose at a fork.

A caller that has nothing to do behind its work but to answer need not wait: it leaves a function
that the leader tells the outcome. Where nobody waits who could lead next, the leader goes on.
"""

import copy
import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

logger = logging.getLogger(__name__)

Work = TypeVar("Work")


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


# Told the error that the work was refused with; None: it is committed.
Tell = Callable[[Exception | None], None]


@dataclass(slots=True, eq=False)
class Ticket(Generic[Work]):
    """One caller's work and what became of it. Freeing `wake` wakes the caller: because the work
    is done, or because it leads now. A caller with `tell` does not wait."""

    work: Work
    tell: Tell | None = None
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

    def submit(self, work: Work, tell: Tell | None = None) -> bool:
        """Return True when `work` is committed; raises the error it was refused with. With `tell`
        it may return False before or after: then `tell` is called, once, from any thread."""
        ticket = Ticket(work, tell)
        with self._mutex:
            self._pending.append(ticket)
            ticket.leads, self._has_leader = not self._has_leader, True
        if not ticket.leads:
            if tell is not None:
                return False
            self._wait(ticket)
        if not ticket.done and self._lead(ticket):
            return False
        if ticket.error is not None:
            raise ticket.error
        return True

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

    def _lead(self, own: Ticket[Work] | None) -> bool:
        """Commit everything pending, and go on while nobody else could lead. Return whether the
        leader's own caller was told: not if its group was the last."""
        is_told = own is None
        while self._commit_pending(own):
            if own is not None and not is_told:
                wake(own)
            is_told = True
        return is_told

    def _commit_pending(self, own: Ticket[Work] | None) -> bool:
        """Commit one group; tell whether this thread leads on. If it dies on the way (a
        BaseException), the work of the others is left to the next leader."""
        group: list[Ticket[Work]] = []
        may_lead_on = False
        try:
            try:
                with self._turn():
                    group = self._take_pending()
                    self._commit(group)
            except Exception as error:
                group = group or self._take_pending()
                refuse(group, error)
            may_lead_on = own is None or own.tell is not None
        finally:
            with self._mutex:
                self._pending[:0] = [t for t in group if not t.done and t is not own]
            leads_on = self._pass_on(may_lead_on)
            for ticket in group:
                if ticket.done and ticket is not own:
                    wake(ticket)
        return leads_on

    def _take_pending(self) -> list[Ticket[Work]]:
        with self._mutex:
            group, self._pending = self._pending, []
        return group

    def _pass_on(self, may_lead_on: bool = False) -> bool:
        """Let the caller that waits longest lead; tell whether this thread has to go on itself,
        because nobody waits. If it may not, a new thread does."""
        with self._mutex:
            if not self._pending:
                self._has_leader = False
                return False
            for ticket in self._pending:
                if ticket.tell is None:
                    ticket.leads = True
                    ticket.wake.release()
                    return False
        if not may_lead_on:
            self._lead_in_a_new_thread()
        return may_lead_on

    def _lead_in_a_new_thread(self) -> None:
        try:
            threading.Thread(target=self._lead, args=(None,), name="commits", daemon=True).start()
        except RuntimeError as error:
            with self._mutex:
                group, self._pending, self._has_leader = self._pending, [], False
            refuse(group, error)
            for ticket in group:
                wake(ticket)

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


def wake(ticket: Ticket[Any]) -> None:
    """Let a caller know that its work is done."""
    if ticket.tell is None:
        ticket.wake.release()
        return
    try:
        ticket.tell(ticket.error)
    except Exception:
        logger.exception("The outcome of a write could not be told")


def copy_error(error: Exception) -> Exception:
    """Return the same error once more: each thread raises its own."""
    same = copy.copy(error)
    same.__cause__ = error.__cause__
    return same
