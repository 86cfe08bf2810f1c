"""All processes that came of this one, and ending them.

On Linux the supervisor is a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): a process whose parent
has gone becomes its child, so `setsid`, `nohup` and double forks do not hide anything. Elsewhere
only the process group of the child is known.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PAUSE_S = 0.05

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def become_subreaper() -> bool:
    """Make orphans of this process's tree its own children. False where the system cannot."""
    return _libc is not None and _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that started it ends. Linux only."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def descendants(root: int, without: frozenset[int] = frozenset()) -> set[int]:
    """Return the ids of all living processes below `root`, zombies and the trees of `without` left
    out."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat := _read_stat(int(name))) and stat[0] != "Z":
            children.setdefault(stat[1], []).append(int(name))
    found: set[int] = set()
    open_ids = [root]
    while open_ids:
        for child in children.get(open_ids.pop(), ()):
            if child not in found and child not in without:
                found.add(child)
                open_ids.append(child)
    return found


def _read_stat(pid: int) -> tuple[str, int] | None:
    """Return the state and the parent of a process, None where it is gone."""
    fields = _stat_fields(pid)
    return (fields[0].decode(), int(fields[1])) if fields else None


def read_start(pid: int) -> int:
    """Return when a process started, in ticks since the machine did; 0 where that is not known."""
    fields = _stat_fields(pid)
    return int(fields[19]) if fields else 0


def read_cpu_ticks(pid: int) -> int:
    """Return the ticks of processor time that a process has used; 0 where it is gone."""
    fields = _stat_fields(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _stat_fields(pid: int) -> list[bytes]:
    """Return what follows the name in /proc/<pid>/stat (proc(5)), [] where the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def end_tree(
    groups: Sequence[int], grace_s: float, reap: Callable[[Callable[[int], None]], bool]
) -> bool:
    """End the whole tree: TERM, `grace_s` seconds, then KILL until nothing is left (at most 10 s).

    `groups` are the process groups of the children; `reap` takes in children that have ended, calls
    what it is given with the id of each before, and tells whether there is no child any more. A
    subreaper without a child has no descendant: the kernel knows this, while a list of processes
    misses one that forks and ends during the look. Such a one is known by its end: its group is
    that of the process that it has forked. Returns whether all are gone.
    """
    if reap(_leave) and not _left_of(groups):
        return True
    for number, seconds in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 10.0)):
        deadline = time.monotonic() + seconds
        see_end = kill_group_of if number == signal.SIGKILL else _leave
        _send(number, groups)
        while True:
            if reap(see_end) and not _left_of(groups):
                return True
            if time.monotonic() > deadline:
                break
            if number == signal.SIGKILL:
                _send(number, groups)
            time.sleep(PAUSE_S)
    return False


def _leave(pid: int) -> None:
    """Do nothing about the group of a process that has ended."""


def kill_group_of(pid: int) -> None:
    """Kill the group of a process that has ended and was not taken in yet."""
    fields = _stat_fields(pid)
    if fields and int(fields[2]) != os.getpgrp():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(int(fields[2]), signal.SIGKILL)


def _shows_processes() -> bool:
    return os.path.isdir("/proc/self")


def _left_of(groups: Sequence[int]) -> set[int]:
    """Return which groups still have a process, where the kernel does not tell of a whole tree."""
    left: set[int] = set()
    if _shows_processes():
        return left
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, 0)
            left.add(group)
    return left


def _send(number: int, groups: Sequence[int]) -> None:
    """Send a signal once to every descendant. A group hears it as a whole, also what one of its
    processes forks at this moment; one in the group of this process hears it alone."""
    found = descendants(os.getpid()) if _shows_processes() else set()
    group_of = {pid: int(fields[2]) for pid in found if (fields := _stat_fields(pid))}
    own = os.getpgrp()
    # The number of a group that has ended may be that of somebody else's by now.
    theirs = set(group_of.values()) if _shows_processes() else set(groups)
    for group in theirs - {own}:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
    for pid in (pid for pid, group in group_of.items() if group == own):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
