"""Progress on stderr: bars on a terminal, nothing elsewhere."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO


class Counted:
    """A file whose reads and writes move a bar."""

    def __init__(self, file: BinaryIO, move: Any) -> None:
        self.file = file
        self.move = move

    def read(self, size: int = -1) -> bytes:
        """Read, and move the bar."""
        data = self.file.read(size)
        self.move(len(data))
        return data

    def write(self, data: bytes) -> int:
        """Write, and move the bar."""
        self.move(len(data))
        return self.file.write(data)

    def seek(self, offset: int) -> int:
        """Go to a place of the file: an upload that begins again does so."""
        self.move(offset - self.file.tell())
        return self.file.seek(offset)

    def fileno(self) -> int:
        """The number of the open file."""
        return self.file.fileno()


class Bar:
    """What a command says while it works. Without a terminal it says nothing."""

    def __init__(self, progress: Any = None, task: Any = None) -> None:
        self.progress = progress
        self.task = task

    def say(self, text: str) -> None:
        """Show what is done now."""
        if self.progress is not None:
            self.progress.update(self.task, description=text)

    def expect(self, total: int) -> None:
        """Say how many bytes there are to come."""
        if self.progress is not None:
            self.progress.update(self.task, total=total, completed=0)

    def move(self, count: int) -> None:
        """Some bytes are done."""
        if self.progress is not None and count:
            self.progress.advance(self.task, count)

    def watch(self, file: BinaryIO) -> Any:
        """Return a file whose reading moves the bar, which gets the length of the file."""
        if self.progress is None:
            return file
        self.expect(os.fstat(file.fileno()).st_size)
        return Counted(file, self.move)


@contextmanager
def bar(text: str, *, counts_bytes: bool = True) -> Iterator[Bar]:
    """Give a bar, or a spinner where nothing is counted; it vanishes at the end."""
    if not sys.stderr.isatty():
        yield Bar()
        return
    from rich import progress as rich_progress
    from rich.console import Console

    columns: list[Any] = [rich_progress.SpinnerColumn(), "{task.description}"]
    if counts_bytes:
        columns += [rich_progress.BarColumn(), rich_progress.DownloadColumn()]
        columns += [rich_progress.TransferSpeedColumn()]
    columns += [rich_progress.TimeElapsedColumn()]
    console = Console(stderr=True, highlight=False, markup=False)
    with rich_progress.Progress(*columns, console=console, transient=True) as shown:
        yield Bar(shown, shown.add_task(text, total=None))
