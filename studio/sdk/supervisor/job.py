"""What a supervisor is told: one JSON file in the folder of the attempt."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "job.json"


@dataclass(frozen=True)
class Job:
    """One attempt to run a run.

    `command` is a list of texts; the word `python` at its start is the interpreter of
    `environment`. `max_seconds` ends the process; None lets it run as long as it takes. With
    `kills_itself` the supervisor ends everything when the studio has not answered for 30 s, because
    another node may start the run again 15 s later. It is the part `node_rank` of `nodes` parts,
    each with `processes_per_node` processes; the other nodes reach this one at `address`.
    """

    url: str
    workspace: str
    run_id: str
    fence: int
    node: str
    experiment: str
    command: list[str]
    environment: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    has_snapshot: bool = False
    max_seconds: int | None = None
    kills_itself: bool = False
    nodes: int = 1
    node_rank: int = 0
    processes_per_node: int = 1
    communicator: str = ""
    address: str = "127.0.0.1"

    @property
    def ranks(self) -> range:
        """The processes of this node, by their numbers in the whole run."""
        first = self.node_rank * self.processes_per_node
        return range(first, first + self.processes_per_node)

    def write(self, folder: Path) -> None:
        """Keep the job in its folder."""
        (folder / FILE).write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> "Job":
        """Return the job of a folder."""
        return cls(**json.loads((folder / FILE).read_text()))
