"""What a script prints, kept as a log of its run.

Standard output and error go into a file, below Python: what C code and subprocesses print is there
too. A process of its own shows the file where the output went before. When that process is killed,
nothing is shown any more, but the script goes on, which a broken pipe would not let it do.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

VARIABLE = "STUDIO_CONSOLE"
FILES = ("console.out", "console.err")
# With less room on the disk than this, output is shown and no longer kept.
LEAST_FREE_BYTES = 128 << 20
MOST_BYTES = 512 << 20
SHOW_WAIT_S = 2.0
# A program by itself: what the rest of the client loads takes longer than its own start.
SHOW = str(Path(__file__).with_name("showing.py"))


class Console:
    """The redirected output of this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved = {number: os.dup(number) for number in (1, 2)}
        is_one = os.path.sameopenfile(1, 2)
        self.files = [folder / name for name in FILES[: 1 if is_one else 2]]
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        handles = [os.open(file, flags, 0o600) for file in self.files]
        flush_streams()
        for number, handle in zip((1, 2), handles * 2, strict=False):
            os.dup2(handle, number)
        for handle in handles:
            os.close(handle)
        self.shower = subprocess.Popen(
            [sys.executable, "-P", SHOW, str(os.getpid()), *map(str, self.files)],
            stdin=subprocess.DEVNULL,
            stdout=self.saved[1],
            stderr=self.saved[2],
            start_new_session=True,
            cwd="/",
        )

    def look(self) -> bool:
        """Tell whether there is room to keep more output."""
        try:
            free = shutil.disk_usage(self.folder).free
            size = sum(file.stat().st_size for file in self.files)
        except OSError:
            return False
        return free > LEAST_FREE_BYTES and size < MOST_BYTES

    def stop(self) -> None:
        """Print as before, after everything kept has been shown."""
        flush_streams()
        for number, handle in self.saved.items():
            os.dup2(handle, number)
            os.close(handle)
        self.saved = {}
        (self.folder / "console.end").touch()
        with suppress(subprocess.TimeoutExpired, OSError):
            self.shower.wait(SHOW_WAIT_S)


def flush_streams() -> None:
    """Write what Python holds back."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def open_console(folder: Path) -> Console | None:
    """Return the console of a script from now on; None in a notebook, under a test runner, in a run
    of the studio, or with STUDIO_CONSOLE=off."""
    if os.environ.get(VARIABLE) == "off" or os.environ.get("STUDIO_RUN_ID"):
        return None
    if "ipykernel" in sys.modules or not is_plain_output():
        return None
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        return None
    try:
        return Console(folder)
    except OSError:
        return None


def is_plain_output() -> bool:
    """Tell whether Python prints to the file descriptors 1 and 2."""
    try:
        return (sys.stdout.fileno(), sys.stderr.fileno()) == (1, 2)
    except (OSError, ValueError, AttributeError):
        return False
