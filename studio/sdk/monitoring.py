"""`manage.py monitor RUN`, or `python -m studio.sdk.monitoring RUN`: watches this machine until a
run ends.

The machine need not be the studio's own. While the studio does not answer, samples are kept and
sent later, as everything that is logged.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from studio.sdk.exceptions import StudioAway, StudioError
from studio.sdk.run import Run
from studio.sdk.run_parts.core import FINAL
from studio.sdk.run_parts.metrics import SYSTEM
from studio.sdk.supervisor.machine import Machine
from studio.sdk.workspace import Workspace

# The processes below a monitor belong to no training.
LEFT_OUT = "process_"
FLUSH_S = 10.0


class Monitor:
    """A machine that is watched for a run."""

    def __init__(self, run: Run, machine: Machine) -> None:
        self.run = run
        self.machine = machine
        self.logged = 0

    def tick(self) -> bool:
        """Log a sample; tell whether the run goes on."""
        for name, value in self.machine.sample().items():
            if not name.startswith(LEFT_OUT):
                self.run.log(SYSTEM + name, value)
                self.logged += 1
        try:
            self.run._document = self.run._connection.ask("GET", self.run._path(), patience_s=0)
        except StudioAway:
            return True
        return self.run.status not in FINAL

    def watch(self, every_s: float) -> int:
        """Log samples until the run ends or Ctrl-C; return how many values were logged."""
        with suppress(KeyboardInterrupt):
            while self.tick():
                time.sleep(every_s)
        with suppress(StudioAway):
            self.run.flush(FLUSH_S)
        return self.logged


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line; a wrong one ends the program with a line that says so."""
    parser = argparse.ArgumentParser(
        prog="monitor",
        description="Log what this machine does (CPU, memory, disk, network, GPU) to a run.",
        epilog="Example: manage.py monitor 5f1c7d2e8a9b --every 5",
    )
    parser.add_argument("run", help="id of the run")
    parser.add_argument("--url", default="", help="address of the studio (STUDIO_URL)")
    parser.add_argument("--workspace", default="", help="workspace of the run")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between samples")
    parser.add_argument("--disk", default=".", help="a path on the disk to watch")
    chosen = parser.parse_args(words)
    if chosen.every <= 0:
        parser.error("--every is a number of seconds above 0.")
    if not os.path.exists(chosen.disk):
        parser.error(f"--disk names a path that does not exist: {chosen.disk}.")
    return chosen


def main(words: Sequence[str]) -> int:
    """Watch this machine as the command line says; return the exit code."""
    chosen = read_arguments(words)
    try:
        workspace = Workspace(workspace_name=chosen.workspace, url=chosen.url)
        monitor = Monitor(Run.get(workspace, chosen.run), Machine(Path(chosen.disk)))
        count = monitor.watch(chosen.every)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count:,} values logged to {chosen.run}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
