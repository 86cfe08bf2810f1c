"""What a node tells of its machine."""

import os
import platform
from contextlib import suppress
from typing import Any


def read_hardware() -> dict[str, Any]:
    """What the machine is: cores, memory in bytes, system, Python."""
    name = os.uname()
    facts: dict[str, Any] = {
        "cores": os.cpu_count(),
        "system": " ".join((name.sysname, name.release, name.machine)),
        "python": platform.python_version(),
    }
    with suppress(ValueError, OSError):
        facts["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return facts


def read_load() -> dict[str, Any]:
    """How busy the machine is: the load of the last minute, free memory in bytes."""
    load: dict[str, Any] = {"load": round(os.getloadavg()[0], 2)}
    with suppress(OSError, ValueError, KeyError):
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":", 1) for line in file)
        load["free_bytes"] = int(lines["MemAvailable"].split()[0]) * 1024
    return load
