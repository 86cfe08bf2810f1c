"""Meeting of the nodes of a run: all start once all are prepared, or none does."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.studio_api import Away, StudioApi, in_path

PAUSE_S = 0.3


@dataclass(frozen=True)
class Meeting:
    """Where the processes of a run find each other, and the nodes by rank."""

    address: str
    port: int
    parts: list[dict[str, Any]]


def meet(api: StudioApi, job: Job, is_over: Callable[[], bool]) -> Meeting | None:
    """Wait until all nodes of the run are prepared; None where the attempt has to end.

    A run on one node meets at once. Raises Refused where the attempt is over.
    """
    port = free_port()
    alone = {"rank": 0, "node_name": job.node, "address": job.address}
    if job.nodes == 1:
        return Meeting("127.0.0.1", port, [alone])
    address = f"runs/{in_path(job.run_id)}/attempt/gather"
    here = {"fence": job.fence, "rank": job.node_rank, "address": job.address, "port": port}
    while not is_over():
        try:
            answer = api.ask("POST", address, body=here)
        except Away:
            answer = {"is_complete": False}
        if answer["is_complete"]:
            return Meeting(answer["master_address"], answer["master_port"], answer["parts"])
        time.sleep(PAUSE_S)
    return None


def own_address(url: str) -> str:
    """Return the address of this machine in the network in which it reaches the studio."""
    parts = urlsplit(url)
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # No packet is sent: the system only chooses the way.
        probe.connect((parts.hostname or "127.0.0.1", parts.port or 80))
        return probe.getsockname()[0]
    return "127.0.0.1"


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]
