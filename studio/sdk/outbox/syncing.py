"""Outboxes that are left on this machine: what is in them, and sending it now.

for box in list_outboxes():
    print(box.run_id, box.count)
sync()
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.sdk.connection import Connection
from studio.sdk.exceptions import StudioError
from studio.sdk.outbox.places import find_outboxes, read_json
from studio.sdk.outbox.processes import is_alive
from studio.sdk.outbox.segments import list_segments
from studio.sdk.outbox.sender import PROBLEM, Sender, count_unsent, only_one, settings_of

Say = Callable[[str], None]


@dataclass(frozen=True)
class LeftOutbox:
    """An outbox: of which run, how much waits, whether somebody still writes or sends."""

    folder: Path
    run_id: str
    url: str
    workspace: str
    count: int
    size_bytes: int
    is_written: bool
    problem: str


def list_outboxes() -> list[LeftOutbox]:
    """Return the outboxes of this machine."""
    return [describe(folder) for folder in find_outboxes()]


def describe(folder: Path) -> LeftOutbox:
    """Return what is in an outbox."""
    facts = read_json(folder / "run.json")
    writers = [one for one in (folder / "writers").glob("*") if one.is_dir()]
    segments = [segment for one in writers for segment in list_segments(one)]
    states = [read_json(one / "writer.json") for one in writers]
    return LeftOutbox(
        folder=folder,
        run_id=facts["run_id"],
        url=facts["url"],
        workspace=facts["workspace"],
        count=sum(count_unsent(one) for one in writers),
        size_bytes=sum(segment.size_bytes for segment in segments),
        is_written=any("pid" in state and is_alive(state) for state in states),
        problem=read_json(folder / PROBLEM).get("message", ""),
    )


def sync(say: Say = lambda text: None, patience_s: float = 30.0) -> int:
    """Send what waits in all outboxes of this machine; return how many entries still wait.

    It gives up an outbox when the studio takes nothing of it for `patience_s` seconds.
    `say` hears a line about each. An outbox that another sender sends is left to it.
    """
    return sum(sync_one(box, say, patience_s) for box in list_outboxes())


def sync_one(box: LeftOutbox, say: Say, patience_s: float) -> int:
    """Send what waits in an outbox; return how many entries still wait."""
    (box.folder / PROBLEM).unlink(missing_ok=True)
    with only_one(box.folder) as is_mine:
        if is_mine:
            send_waiting(box, say, patience_s)
        elif box.folder.exists():
            say(f"{box.run_id}: another sender is at it.")
    if not (box.folder / "run.json").exists():
        say(f"{box.run_id}: everything is sent ({box.count:,} entries).")
        return 0
    left = describe(box.folder)
    if left.count:
        say(f"{box.run_id}: {left.count:,} entries wait. {left.problem}".rstrip())
    return left.count


def send_waiting(box: LeftOutbox, say: Say, patience_s: float) -> None:
    """Send while there is something and the studio answers."""
    try:
        sender = Sender(box.folder, Connection(settings_of(box.folder)))
    except StudioError as error:
        say(f"{box.run_id}: {error}")
        return
    sender.send_what_is_there(patience_s)
