"""What was logged on this machine and may not be at its studio yet."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Waiting:
    """The outbox of a run: how many lines wait, and what keeps them here ("" where nothing)."""

    folder: Path
    run_id: str
    url: str
    workspace: str
    unsent: int
    problem: str


def read_outboxes() -> list[Waiting]:
    """Return the outboxes of this machine."""
    from studio.sdk.outbox.places import find_outboxes

    return [read_outbox(folder) for folder in find_outboxes()]


def read_outbox(folder: Path) -> Waiting:
    """Return what an outbox holds."""
    from studio.sdk.outbox.places import read_json
    from studio.sdk.outbox.sender import count_unsent

    facts = read_json(folder / "run.json")
    writers = folder / "writers"
    unsent = sum(map(count_unsent, writers.iterdir())) if writers.is_dir() else 0
    problem = read_json(folder / "problem.json").get("message", "")
    return Waiting(folder, facts["run_id"], facts["url"], facts["workspace"], unsent, problem)
