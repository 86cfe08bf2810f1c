"""Where outboxes are: in the first folder of a list that can be written to."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

VARIABLE = "STUDIO_OUTBOX"
# Who removes an outbox for longer than that was killed on the way.
REMOVAL_S = 1.0
REMOTE = frozenset(
    ("9p", "afs", "beegfs", "ceph", "cifs", "gpfs", "lustre", "nfs", "nfs4", "smb3", "wekafs")
)


def candidates() -> list[Path]:
    """Return the folders in which outboxes may be, the best first: that of STUDIO_OUTBOX, else that
    of the home, the temporary one, and memory.

    A home on a network comes last: when its server hangs, every write there hangs, and a training
    must not.
    """
    name = f"studio-outbox-{os.getuid()}"
    others = [Path(tempfile.gettempdir()) / name, Path("/dev/shm") / name]
    if os.environ.get(VARIABLE):
        return [Path(os.environ[VARIABLE]), *others]
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    home = Path(state) / "studio" / "outbox"
    return [*others, home] if is_remote(home) and not is_remote(others[0]) else [home, *others]


def is_remote(path: Path, mounts: str = "/proc/self/mounts") -> bool:
    """Tell whether a path is on a file system whose server is another machine."""
    kind, longest = "", ""
    try:
        lines = Path(mounts).read_text().splitlines()
    except OSError:
        return False
    for line in lines:
        _, place, this_kind, *_ = line.split(" ")
        place = place.replace("\\040", " ")
        if len(place) >= len(longest) and path.is_relative_to(place):
            kind, longest = this_kind, place
    return kind in REMOTE or kind.startswith("fuse.")


def find_roots() -> list[Path]:
    """Return the folders that hold outboxes on this machine."""
    return [root for root in dict.fromkeys(candidates()) if root.is_dir() and is_own(root)]


def is_own(root: Path) -> bool:
    """Tell whether nobody else could have put something there."""
    return root.stat().st_uid == os.getuid()


def find_outboxes() -> list[Path]:
    """Return the folders of all runs that have something to send."""
    return sorted(file.parent for root in find_roots() for file in root.glob("*/run.json"))


def make_folder(run_id: str) -> Path | None:
    """Return the folder for a run, made in the first place that can be written to; None where there
    is no such place."""
    for root in candidates():
        folder = root / run_id.replace("/", "_")
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not is_own(root):
                continue
            try:
                try_folder(folder)
            except FileNotFoundError:
                # An outbox was there until just now.
                try_folder(folder)
        except OSError:
            continue
        return folder
    return None


def try_folder(folder: Path) -> None:
    """Make the folder of a run and write to it. Raises OSError."""
    make_writers(folder)
    probe = folder / f".probe-{os.getpid()}"
    probe.write_bytes(b"x" * 4096)
    probe.unlink()


def make_writers(folder: Path) -> None:
    """Make the folder of a run with the one of its writers. Where only the latter is missing,
    somebody is removing the outbox (`remove_outbox`): what was made there would vanish with it."""
    deadline = time.monotonic() + REMOVAL_S
    while not (folder / "writers").is_dir():
        try:
            folder.mkdir()
        except FileExistsError:
            if time.monotonic() < deadline:
                time.sleep(0.005)
                continue
        (folder / "writers").mkdir(exist_ok=True)


def elsewhere(folder: Path, name: str) -> Iterator[Path]:
    """Yield files of this name on other file systems than that of a folder."""
    for root in candidates():
        with suppress(OSError):
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if is_own(root) and root.stat().st_dev != folder.stat().st_dev:
                yield root / name


def write_json(file: Path, facts: dict[str, Any]) -> None:
    """Replace a file at once and completely. Raises OSError."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        part.write_text(json.dumps(facts))
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def read_json(file: Path) -> dict[str, Any]:
    """Return what a file holds; {} where there is none."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
