"""`python -m studio.sdk.supervisor <folder> <cache>`: run the job of a folder.

The run token comes in the variable STUDIO_RUN_TOKEN: arguments are seen by everybody. The process
is the guard of the supervisor that it starts.
"""

import os
import signal
import sys
from pathlib import Path

from studio.sdk.supervisor.guard import Guard, Placement
from studio.sdk.supervisor.waking import Waker

LOOK_S = 5.0


def watch_over(placement: Placement) -> None:
    """Run an attempt to its end; TERM ends it early."""
    guard, waker = Guard(), Waker()
    waker.on_signal(signal.SIGCHLD)
    guard.start(placement)
    signal.signal(signal.SIGTERM, lambda *_: guard.stop())
    while guard.placed:
        waker.wait(LOOK_S)
        guard.look_after()


def main() -> None:
    """Run the job of the folder that the command line names."""
    token = os.environ.pop("STUDIO_RUN_TOKEN", "")
    watch_over(Placement(Path(sys.argv[1]), Path(sys.argv[2]), token))


if __name__ == "__main__":
    main()
