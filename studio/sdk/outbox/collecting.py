"""Which files of a folder a run has written: those that were not there before, or not as they are.

Times are compared with those of the same file, never with the clock, which may be set back.
"""

import os
from contextlib import suppress
from pathlib import Path

from studio.sdk.outbox.places import write_json

BEFORE = "outputs_before.json"


def list_states(folder: str) -> dict[str, list[int]]:
    """Return the files of a folder by their paths in it: when changed (ns), and the size."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders.sort()
        for path in (os.path.join(place, name) for name in sorted(names)):
            with suppress(OSError):
                if os.path.isfile(path):
                    facts = os.stat(path)
                    relative = Path(path).relative_to(folder).as_posix()
                    found[relative] = [facts.st_mtime_ns, facts.st_size]
    return found


def note_before(outbox: Path, folder: str) -> None:
    """Keep what is in a folder; where there is no room for that, all of it counts as new."""
    if folder and (states := list_states(folder)):
        with suppress(OSError):
            write_json(outbox / BEFORE, states)
