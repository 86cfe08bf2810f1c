"""Downloading files of a run, with a bar."""

from pathlib import Path
from typing import Any, BinaryIO

import click

from studio.sdk.cli.progress import Bar, Counted, bar


def download(run: Any, entries: list[dict[str, Any]], folder: Path) -> list[str]:
    """Download files into the same tree below a folder; return where they are."""
    for entry in entries:
        check_inside(folder, entry["path"])
    targets = []
    with bar("Downloading") as shown:
        shown.expect(sum(entry["size_bytes"] for entry in entries))
        for entry in entries:
            shown.say(entry["name"])
            target = folder / entry["path"]
            run.download_file(entry["path"], str(target), _watch=watcher(shown))
            targets.append(str(target))
    told = "1 file is" if len(targets) == 1 else f"{len(targets)} files are"
    click.echo(f"{told} in {folder}.", err=True)
    return targets


def watcher(shown: Bar) -> Any:
    """Return what moves the bar at each write to a file."""

    def watch(file: BinaryIO) -> Any:
        return Counted(file, shown.move)

    return watch


def check_inside(folder: Path, path: str) -> None:
    """Raise UserErrorException for a path that leads out of the folder."""
    from studio.sdk.exceptions import UserErrorException

    if not (folder / path).resolve().is_relative_to(folder.resolve()):
        raise UserErrorException(f"The file {path!r} would be written outside {folder}.")
