"""Which process is meant: its number alone may later be that of another process."""

import os
import socket
from typing import Any


def identify(pid: int | None = None) -> dict[str, Any]:
    """Return what tells a process of this machine from all others."""
    pid = os.getpid() if pid is None else pid
    return {"pid": pid, "started": started_at(pid), "host": socket.gethostname()}


def started_at(pid: int) -> str:
    """Return when a process started, in ticks since the machine started; "" where that is not
    known."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in (b"Z", b"X") else fields[19].decode()


def is_alive(process: dict[str, Any]) -> bool:
    """Tell whether a process lives; one of another machine counts as alive."""
    if not process:
        return False
    if process["host"] != socket.gethostname():
        return True
    if os.path.isdir("/proc/self"):
        return started_at(process["pid"]) == process["started"] != ""
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
