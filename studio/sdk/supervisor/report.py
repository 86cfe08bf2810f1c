"""What a supervisor writes about an attempt, in the logs of its phases."""

import platform
from collections.abc import Callable
from pathlib import Path

from studio.sdk.supervisor.gathering import Meeting
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.launching import Launch
from studio.sdk.supervisor.log_names import LogNames
from studio.sdk.supervisor.notes import Notes
from studio.sdk.supervisor.roster import overall_info

Say = Callable[[str], None]


class Report:
    """Lines for the logs of one attempt. `phase` is `prepare`, `run` or `release`."""

    def __init__(self, job: Job, notes: Notes) -> None:
        self.job = job
        self.notes = notes
        self.names = LogNames(job)
        self.phase = "prepare"
        self.execution = self.say_in(self.names.execution)
        self.preparation = self.say_in(*self.names.preparation)
        self.release = self.say_in(*self.names.release)
        self.services = self.say_in(self.names.services)
        self.overall = self.say_in(self.names.overall)

    def say_in(self, *paths: str) -> Say:
        """Return what adds a line to each of the logs."""
        return lambda line: self.notes.say(*paths, line=line)

    def trace(self, line: str) -> None:
        """Write about a request to the studio, in the log of the phase."""
        self.notes.say(self.names.requests(self.phase), line=line)

    def introduce(self, folder: Path) -> None:
        """Say what runs where."""
        job, say, system = self.job, self.execution, platform.uname()
        say(f"Attempt {job.fence} of the run {job.run_id} on the node {job.node}.")
        say(f"Machine {system.node}, {system.system} {system.release} {system.machine}.")
        say(f"Supervisor of Python {platform.python_version()} in {folder}.")
        if job.nodes > 1:
            say(f"Node {job.node_rank} of {job.nodes}, reached at {job.address}.")
        say(f"Command: {' '.join(job.command)}")

    def meeting(self, meeting: Meeting) -> None:
        """Say who has met; on one node there is nobody to meet."""
        job = self.job
        if job.nodes == 1:
            return
        place = f"{meeting.address}:{meeting.port}"
        line = f"All {job.nodes} nodes are prepared; they meet at {place}."
        self.execution(line)
        if job.node_rank == 0:
            self.overall(line)
            for part in meeting.parts:
                self.overall(f"Node {part['rank']}: {part['node_name']} at {part['address']}.")
            self.notes.put(self.names.overall_info, overall_info(job, meeting.parts))

    def ends(
        self, launches: list[Launch], codes: list[int | None], seconds: float, is_clear: bool
    ) -> None:
        """Say how the processes ended."""
        for launch, code in zip(launches, codes, strict=True):
            self._both(f"{ranks_of(launch)}: exit code {code} after {seconds:.2f} s.")
        left = "No process of the run is left." if is_clear else "Some processes go on."
        self._both(left)

    def ending(self, why: str) -> None:
        """Say why the processes are ended from outside."""
        self._both(f"Ending the processes: {why}.")

    def _both(self, line: str) -> None:
        self.execution(line)
        self.release(line)


def ranks_of(launch: Launch) -> str:
    """Name the processes of a launch."""
    ranks = launch.ranks
    return f"Rank {ranks[0]}" if len(ranks) == 1 else f"Ranks {ranks[0]} to {ranks[-1]}"
