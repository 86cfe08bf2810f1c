"""Supervisors on this machine, in folders of their own below the node's."""

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.sdk.executors.base import Order, State, Told
from studio.sdk.executors.room import Room
from studio.sdk.supervisor.forking import Forker
from studio.sdk.supervisor.guard import Placement, read_mark, reserve_mark
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.studio_api import in_path
from studio.sdk.supervisor.waking import Waker

STOP_S, LAST_S = 25.0, 5.0
PREFIX = "attempt-"


class LocalExecutor:
    """`placed` are the attempts that go on, also those that an earlier start of the node has left.

    `facts` are what every job has to know: the studio's address, the workspace, the node's name.
    """

    def __init__(
        self, folder: Path, cache: Path, slots: int, facts: dict[str, Any], waker: Waker
    ) -> None:
        self.folder, self.cache, self.slots = folder, cache, slots
        self.facts, self.waker = facts, waker
        self.room = Room(folder)
        self.forker = Forker(waker)
        # Now, while this process has one thread.
        self.forker.start()
        self.placed = sorted(path.name for path in folder.glob(f"{PREFIX}*"))

    def submit(self, order: Order) -> str:
        """Start the supervisor of an attempt. Raises OSError where this machine cannot: its disk is
        full, or it starts no more processes. Then nothing of the attempt is left here."""
        handle = f"{PREFIX}{in_path(order.run_id)}-{order.fence}-{order.rank}"
        folder = self.folder / handle
        if read_mark(folder) is None:
            try:
                folder.mkdir(mode=0o700, exist_ok=True)
                Job(**self.facts, **order.job).write(folder)
                reserve_mark(folder)
                self.forker.place(Placement(folder, self.cache, order.token))
            except OSError:
                self.room.is_doubtful = True
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self.placed.append(handle)
        return handle

    def poll(self) -> list[Told]:
        """Tell which supervisors run; forget those that have ended, with their folders."""
        return [self._tell(handle) for handle in list(self.placed)]

    def _tell(self, handle: str) -> Told:
        run_id, fence, _ = handle.removeprefix(PREFIX).rsplit("-", 2)
        state = State.RUNNING
        if read_mark(self.folder / handle) is None:
            state = State.ENDED
            self.placed.remove(handle)
            shutil.rmtree(self.folder / handle, ignore_errors=True)
        return Told(run_id, int(fence), handle, state)

    def rank_of(self, handle: str) -> int:
        """Return which of several nodes this one is for an attempt."""
        return int(handle.rpartition("-")[2])

    def cancel(self, handle: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask a supervisor to end its processes."""
        if pid := read_mark(self.folder / handle):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def expected_start(self, handle: str) -> int | None:
        """Nothing waits here: the studio's queue does."""
        return None

    def capacity(self) -> int:
        """Return the free slots."""
        return self.slots - len(self.placed)

    def close(self) -> None:
        """Ask all supervisors to end their processes; kill those that take too long."""
        self.forker.close()
        for number, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, LAST_S)):
            deadline = time.monotonic() + seconds
            for handle in self.placed:
                self.cancel(handle, number)
            while self.placed and time.monotonic() < deadline:
                self.waker.wait(0.1)
                self.poll()
