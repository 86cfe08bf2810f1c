"""Where outboxes are: in the first folder of a list that can be written to."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

VARIABLE = "STUDIO_OUTBOX"


def candidates() -> list[Path]:
    """Return the folders in which outboxes may be, the best first."""
    if os.environ.get(VARIABLE):
        first = Path(os.environ[VARIABLE])
    else:
        state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        first = Path(state) / "studio" / "outbox"
    name = f"studio-outbox-{os.getuid()}"
    return [first, Path(tempfile.gettempdir()) / name, Path("/dev/shm") / name]


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
            (folder / "writers").mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.write_bytes(b"x" * 4096)
            probe.unlink()
        except OSError:
            continue
        return folder
    return None


def write_json(file: Path, facts: dict[str, Any]) -> None:
    """Replace a file at once and completely."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.write_text(json.dumps(facts))
    part.replace(file)


def read_json(file: Path) -> dict[str, Any]:
    """Return what a file holds; {} where there is none."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
