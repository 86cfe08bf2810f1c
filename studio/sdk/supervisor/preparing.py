"""The working folder of an attempt: the unpacked snapshot of its run."""

import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from studio.sdk.supervisor.building import CannotPrepare
from studio.sdk.supervisor.studio_api import Refused, StudioApi, in_path

PATIENCE_S = 120.0
EXECUTABLE = stat.S_IXUSR


def prepare_snapshot(api: StudioApi, run_id: str, folder: Path, say: Callable[[str], None]) -> None:
    """Unpack the snapshot of a run into its working folder, and say so.

    Raises Away, CannotPrepare.
    """
    say("Downloading the snapshot.")
    began = time.monotonic()
    try:
        files, size_bytes = fetch_snapshot(api, run_id, folder)
    except Refused as refused:
        raise CannotPrepare("snapshot_missing", str(refused)) from refused
    seconds = time.monotonic() - began
    say(f"Snapshot in {folder}: {files} files, {size_bytes} bytes, {seconds:.2f} s.")


def fetch_snapshot(api: StudioApi, run_id: str, folder: Path) -> tuple[int, int]:
    """Unpack the snapshot of a run into `folder`; return the numbers of files and of bytes.

    It is read in parts and never held in memory. Raises Away, Refused, CannotPrepare where it holds
    a path that leaves the folder.
    """
    address = f"runs/{in_path(run_id)}/snapshot/zip"
    with tempfile.TemporaryFile(dir=folder.parent) as file:
        api.download(address, file, patience_s=PATIENCE_S)
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in entries:
                _unpack(archive, entry, folder)
    return len(entries), sum(entry.file_size for entry in entries)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = PurePosixPath(entry.filename)
    target = folder.joinpath(*path.parts)
    if path.is_absolute() or not target.resolve().is_relative_to(folder.resolve()):
        raise CannotPrepare("snapshot_missing", f"it holds a path outside: {entry.filename!r}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)
    if (entry.external_attr >> 16) & EXECUTABLE:
        target.chmod(target.stat().st_mode | EXECUTABLE)
