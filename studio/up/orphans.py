"""A process that must not outlive the one that started it."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int | None = None) -> None:
    """Let the kernel kill this process as soon as its parent ends, even by `kill -9`.

    `parent` is the process id of the parent where it is known: had it ended before this call, no
    signal would ever come. Linux only; elsewhere nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def die_with_supervisor() -> None:
    """For processes that a child of `manage.py up` starts in its turn; elsewhere nothing."""
    if os.environ.get("STUDIO_SUPERVISED"):
        die_with_parent()
