"""The processes of a studio: one table, in the order in which they start."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from studio.up import broker, server
from studio.up.options import Options


class Phase(IntEnum):
    """When a process starts. The last phase ends first."""

    QUEUE = 1
    STUDIO = 2
    NODE = 3  # when the studio is ready
    DEMO = 4


# How long the processes of a phase may take to end before they are killed.
SECONDS_TO_END = {Phase.QUEUE: 2.0, Phase.STUDIO: 10.0, Phase.NODE: 12.0, Phase.DEMO: 2.0}


def nothing_more(_: Options) -> list[str]:
    return []


@dataclass(frozen=True)
class Process:
    """A kind of process. `command` returns its command line, or None where this start of the studio
    does not need it; `first_words` are added to it at the first start alone, `environment` to that
    of all.

    `is_ready` delays the next process until it returns true. `once_per_folder`: of several
    supervisors of a data folder, only the first runs it. Without `has_secrets` it gets none of the
    studio's secrets: what it runs could read them.
    """

    name: str
    phase: Phase
    command: Callable[[Options], list[str] | None]
    first_words: Callable[[Options], list[str]] = nothing_more
    environment: Mapping[str, str] = field(default_factory=dict)
    is_ready: Callable[[Options], bool] | None = None
    once_per_folder: bool = False
    is_restarted: bool = True
    has_secrets: bool = True


def worker_command(options: Options) -> list[str]:
    """Return the command line of the Celery worker, with the clock inside and a pool of threads."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "studio.celery", "worker"]
    command += ["--pool", "threads", "--concurrency", "4"]
    command += ["--clock", str(options.data_dir / "clock")]
    return [*command, "--without-gossip", "--without-mingle", "--loglevel", "warning"]


def node_command(options: Options) -> list[str] | None:
    """Return the command line of the node of the cluster `local`, with a slot for each core; None
    where this machine is to run no jobs."""
    if not options.node:
        return None
    command = [sys.executable, "-m", "studio.sdk.node", "--url", server.public_url(options)]
    command += ["--cluster", "local", "--folder", str(options.data_dir / "node")]
    command += ["--token-file", str(options.data_dir / "node_token"), "--quiet"]
    return [*command, "--bell-file", str(bell_file(options))]


def bell_file(options: Options) -> Path:
    """Return the file with the address of the queue: the node has no variable with it."""
    if not (url := os.environ.get("REDIS_URL")):
        return options.data_dir / "broker_url"
    file = options.data_dir / "bell_url"
    file.touch(mode=0o600)
    file.write_text(url)
    return file


def demo_command(options: Options) -> list[str] | None:
    """Return the command line of the demo's trainings where they are asked for."""
    url = server.public_url(options)
    return [sys.executable, "-m", "examples.demo", url] if options.demo else None


PROCESSES = (
    Process("queue", Phase.QUEUE, broker.command, once_per_folder=True),
    Process(
        "server",
        Phase.STUDIO,
        server.server_command,
        first_words=server.words_of_first_start,
        environment=server.MEMORY,
        is_ready=server.answers,
    ),
    # Without Django's checks, which would load every page into the worker.
    Process(
        "worker",
        Phase.STUDIO,
        worker_command,
        environment={"CELERY_SKIP_CHECKS": "true"},
        once_per_folder=True,
    ),
    Process("node", Phase.NODE, node_command, once_per_folder=True, has_secrets=False),
    Process("demo", Phase.DEMO, demo_command, is_restarted=False),
)
