"""Which process of a run is on which node, and how far each is: two files that change live."""

import json
from typing import Any

from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.launching import Launch
from studio.sdk.supervisor.log_names import LogNames
from studio.sdk.supervisor.notes import Notes
from studio.sdk.supervisor.process import UserProcesses

NOT_STARTED, RUNNING, COMPLETED, FAILED = "not started", "running", "completed", "failed"


class Roster:
    """Writes `process_info.json` and `process_status.json` of this node."""

    def __init__(self, job: Job, launches: list[Launch], notes: Notes) -> None:
        self.job = job
        self.names = LogNames(job)
        self.launches = launches
        self.notes = notes
        self.said: list[Any] = []

    def introduce(self, processes: UserProcesses) -> None:
        """Write which processes there are."""
        count = self.job.processes_per_node
        facts = {
            str(rank): {
                "node": self.job.node,
                "node_rank": self.job.node_rank,
                "local_rank": rank % count,
                "pid": process.pid,
                "command": self.job.command,
            }
            for launch, process in zip(self.launches, processes.all, strict=True)
            for rank in launch.ranks
        }
        self.notes.put(self.names.process_info, _text(facts))

    def update(self, codes: list[int | None]) -> None:
        """Write how far the processes are, where that has changed; those not started are missing in
        `codes`."""
        if codes == self.said:
            return
        self.said = list(codes)
        known = [*codes, *[...] * (len(self.launches) - len(codes))]
        facts = {
            str(rank): _state(code)
            for launch, code in zip(self.launches, known, strict=True)
            for rank in launch.ranks
        }
        self.notes.put(self.names.process_status, _text(facts))


def _state(code: Any) -> dict[str, Any]:
    if code is ...:
        return {"status": NOT_STARTED, "exit_code": None}
    if code is None:
        return {"status": RUNNING, "exit_code": None}
    return {"status": FAILED if code else COMPLETED, "exit_code": code}


def overall_info(job: Job, parts: list[dict[str, Any]]) -> str:
    """Return which process of a run on several nodes is on which of them."""
    count = job.processes_per_node
    return _text(
        {
            str(part["rank"] * count + local): {
                "node": part["node_name"],
                "node_rank": part["rank"],
                "local_rank": local,
                "address": part["address"],
            }
            for part in parts
            for local in range(count)
        }
    )


def _text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, indent=1) + "\n"
