"""A tree of processes: who belongs to it, what memory it holds, how it ends."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

END_WAIT_S = 15.0


@dataclass(frozen=True)
class Memory:
    """Memory of a whole tree in MiB. PSS shares shared pages out, USS leaves them away."""

    pss: float
    uss: float
    rss: float
    processes: int


def tree(root: int) -> list[int]:
    """The process `root`, its session and all its descendants."""
    parents, sessions = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(entry)):
            parents[int(entry.name)], sessions[int(entry.name)] = int(fields[1]), int(fields[3])
    members = {pid for pid in parents if pid == root or sessions[pid] == root}
    while more := {pid for pid, parent in parents.items() if parent in members} - members:
        members |= more
    return sorted(members)


def _stat(entry: Path) -> list[str]:
    """State, parent, group, session, … of a process; empty for a zombie or one that is gone."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] in "ZX" else fields


def memory(root: int) -> Memory:
    """Add up the memory of a tree (Linux: `smaps_rollup`)."""
    totals = {"Pss:": 0, "Private_Clean:": 0, "Private_Dirty:": 0, "Rss:": 0}
    pids = tree(root)
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        for name, size, *_ in map(str.split, lines):
            if name in totals:
                totals[name] += int(size)
    uss = totals["Private_Clean:"] + totals["Private_Dirty:"]
    return Memory(totals["Pss:"] / 1024, uss / 1024, totals["Rss:"] / 1024, len(pids))


def cpu_seconds(root: int) -> float:
    """The processor time the living processes of a tree have used."""
    ticks = 0
    for pid in tree(root):
        if fields := _stat(Path(f"/proc/{pid}")):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def spent_seconds(root: int) -> float:
    """The same with what their children used that have ended."""
    ticks = 0
    for pid in tree(root):
        if fields := _stat(Path(f"/proc/{pid}")):
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def end_tree(root: int) -> None:
    """Ask the root to end; after a while, end by force whatever of its tree is left."""
    go_on(root)
    pids = tree(root)
    _signal([root], signal.SIGTERM)
    if not _gone(pids, END_WAIT_S):
        _signal(pids, signal.SIGKILL)
        _gone(pids, END_WAIT_S)


def hold(root: int) -> None:
    """Stop a tree where it is."""
    _signal(tree(root), signal.SIGSTOP)


def go_on(root: int) -> None:
    """Let a tree go on, children before those who watch them."""
    _signal(tree(root)[::-1], signal.SIGCONT)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _gone(pids: list[int], wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while any(_stat(Path(f"/proc/{pid}")) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
