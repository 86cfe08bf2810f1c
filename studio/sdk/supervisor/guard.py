"""The parent of supervisors: it starts them by fork, with all modules loaded, and clears up after
one that was killed or has failed.

It stands outside the trees that supervisors end. As a subreaper it becomes the parent of what a
killed supervisor leaves behind; it kills that, sends the rest of the log and tells the studio.
"""

import json
import os
import signal
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from studio.sdk.supervisor.beats import read_heard, write_in_place
from studio.sdk.supervisor.ending import End
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.trees import (
    become_subreaper,
    descendants,
    kill_group_of,
    read_start,
)
from studio.sdk.supervisor.watching import Supervisor

MARK = "supervisor.json"
MOST_FILES = 1024
# A supervisor ends its process after 30 s without an answer. One that is stopped cannot.
LONGEST_SILENCE_S = 35.0
LONGEST_CLEARING_S = 10.0
# A look misses a process that its parent forks, and is ended, while the list is read.
EMPTY_LOOKS = 3
# How a supervisor ends that has failed itself (EX_SOFTWARE of sysexits.h).
FAILED = 70


@dataclass(frozen=True)
class Placement:
    """An attempt to run: its folder, the cache of environments, the run token."""

    folder: Path
    cache: Path
    token: str = ""


class Guard:
    """Starts supervisors and looks after them. They are children of this process."""

    def __init__(self) -> None:
        become_subreaper()
        self.placed: dict[int, Placement] = {}
        # Those that speak for a supervisor.
        self.successors: set[int] = set()

    def start(self, placement: Placement) -> int:
        """Start the supervisor of an attempt; return its process id. Raises OSError where there is
        no room for another process, or on the disk."""
        job = Job.read(placement.folder)
        return self._fork(placement, lambda: supervisor_of(placement, job).run())

    def look_after(self) -> int:
        """Take in children that have ended; return how many supervisors were among them."""
        ended = 0
        self._kill_silent()
        while (found := peek_at_child()) is not None:
            pid, how = found
            placement = self.placed.pop(pid, None)
            if placement is None:
                # Left by a killed supervisor. What it has forked may end before a look finds it.
                kill_group_of(pid)
            # What has stopped a successor may stop the next one too, and so on for ever.
            if placement is not None and how and not (how == "failed" and pid in self.successors):
                # Where there is no room for one more process, the studio ends the run when its
                # lease ends.
                with suppress(OSError):
                    self._speak_for(placement, how)
            self.successors.discard(pid)
            # Reaped last: until then the process counts as alive, and its folder stays.
            os.waitpid(pid, 0)
            ended += placement is not None
        return ended

    def stop(self) -> None:
        """Ask all supervisors to end."""
        for pid in self.placed:
            os.kill(pid, signal.SIGTERM)

    def _fork(self, placement: Placement, work) -> int:
        # A TERM that comes early waits until the supervisor can hear it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            pid = os.fork()
            if pid == 0:
                run_and_exit(work)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        try:
            mark_alive(placement.folder, pid)
        except OSError:
            # Without its mark nobody would know that it runs.
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        self.placed[pid] = placement
        return pid

    def _speak_for(self, placement: Placement, how: str) -> None:
        known = frozenset(self.placed)
        guard = os.getpid()

        def work() -> int:
            clear_orphans(guard, known | {os.getpid()})
            supervisor = supervisor_of(placement, Job.read(placement.folder))
            return supervisor.finish_for_killed(End("node_lost", detail=f"supervisor {how}"))

        self.successors.add(self._fork(placement, work))

    def _kill_silent(self) -> None:
        """Kill supervisors that should have ended their process long ago: another node may start
        the run now."""
        for pid, placement in self.placed.items():
            heard = read_heard(placement.folder)
            if heard is not None and time.monotonic() - heard > LONGEST_SILENCE_S:
                os.kill(pid, signal.SIGKILL)


def supervisor_of(placement: Placement, job: Job) -> Supervisor:
    """Return the supervisor of an attempt."""
    return Supervisor(job, placement.folder, placement.cache, placement.token)


def peek_at_child() -> tuple[int, str] | None:
    """Return a child that has ended, and how where it could not say so itself: `got SIGKILL`,
    `failed`, else "". None where none has ended."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    if found is None:
        return None
    if found.si_code in (os.CLD_KILLED, os.CLD_DUMPED):
        return found.si_pid, f"got {signal.Signals(found.si_status).name}"
    return found.si_pid, "failed" if found.si_status == FAILED else ""


def clear_orphans(guard: int, known: frozenset[int]) -> None:
    """Kill what killed supervisors have left to the guard: all below it but the known trees."""
    deadline = time.monotonic() + LONGEST_CLEARING_S
    looks = 0
    while looks < EMPTY_LOOKS and time.monotonic() < deadline:
        left = descendants(guard, without=known)
        looks = 0 if left else looks + 1
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def run_and_exit(work) -> NoReturn:
    """Be a process of its own that does `work` and ends with the code it returns; where it fails,
    write why to stderr."""
    code = FAILED
    try:
        os.setsid()
        # What the guard has open is not for its children: they would keep its connections alive.
        signal.set_wakeup_fd(-1)
        os.closerange(3, MOST_FILES)
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        code = work()
    except Exception:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def reserve_mark(folder: Path) -> None:
    """Make room for the mark before there is a process that needs it. Raises OSError."""
    write_in_place(folder / MARK, "")


def mark_alive(folder: Path, pid: int) -> None:
    """Note in the folder of an attempt which process looks after it."""
    write_in_place(folder / MARK, json.dumps({"pid": pid, "start": read_start(pid)}))


def read_mark(folder: Path) -> int | None:
    """Return the id of the process that looks after an attempt, None where it has ended."""
    try:
        mark = json.loads((folder / MARK).read_text())
        os.kill(mark["pid"], 0)
    except (OSError, ValueError):
        return None
    # Another process may have got the number since.
    return mark["pid"] if read_start(mark["pid"]) == mark["start"] else None
