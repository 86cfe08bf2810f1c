"""The data folder: made at the first start, with the secret key in it.

What cannot be read or written there raises ImproperlyConfigured: a line that says what to do.
"""

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def make_folder(path: Path) -> None:
    """Make the folder, for its owner alone."""
    with explaining(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_note(path: Path) -> str:
    """Return the one line that `manage.py up` has left in the data folder, "" where it has not."""
    with explaining(path):
        return path.read_text().strip() if path.exists() else ""


def read_or_make_secret_key(folder: Path) -> str:
    """Return the secret key of this studio, made once and kept in the data folder.

    The file is created with mode 0600 and `O_EXCL`, so of two servers that start at once one
    makes it and the other reads it.
    """
    path = folder / "secret_key"
    with explaining(path):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip() or read_from_racing_writer(path)
        key = secrets.token_urlsafe(64)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(key)
        except OSError:
            # An empty file would be the key of the next start.
            with suppress(OSError):
                path.unlink()
            raise
    return key


def read_from_racing_writer(path: Path) -> str:
    """Return the key that another server is just writing."""
    for _ in range(50):
        time.sleep(0.02)
        if key := path.read_text().strip():
            return key
    raise ImproperlyConfigured(f"{path} is empty. Delete it and start again.")


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Say what to do where a file of the data folder fails."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            advice = "Free some space on its disk"
        else:
            advice = "Give yourself the right to read and write it"
        raise ImproperlyConfigured(
            f"Cannot use {path}: {error.strerror}. {advice}, or choose another data folder with "
            "STUDIO_DATA_DIR."
        ) from error
