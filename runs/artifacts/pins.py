"""Bytes that a download is still reading are not removed when their file is replaced.

A pin is a shared lock on a small file of the run, so it ends with its process, however that ends.
"""

import fcntl
import os
from io import FileIO
from pathlib import Path

from django.conf import settings

from runs.tracking.models import Run

Pin = FileIO


def pin(run: Run) -> Pin | None:
    """Keep the bytes of `run` until the pin is closed (or forgotten).

    None where the disk takes no new file: the download goes on without.
    """
    path = _path(run.pk)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = open(path, "ab", buffering=0)  # noqa: SIM115  (held while the download lasts)
    except OSError:
        return None
    fcntl.flock(handle, fcntl.LOCK_SH)
    os.utime(handle.fileno())
    return handle


def is_pinned(run_pk: int) -> bool:
    """Tell whether somebody is reading the files of the run right now."""
    try:
        with open(_path(run_pk), "rb", buffering=0) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _path(run_pk: int) -> Path:
    return settings.FILES_DIR.parent / "pins" / str(run_pk)
