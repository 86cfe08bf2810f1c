"""The worker: runs the tasks of the rooms, and with `--clock` sends them when they are due.

    python -m studio.worker --clock /var/lib/studio/clock

It is Celery's worker without Celery's command line, which takes 9 MiB more of memory.
"""

import argparse
import sys
from pathlib import Path

from studio.celery import app
from studio.refusals import explaining

MODULE = "studio.worker"


def read_options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description="Run the tasks.")
    parser.add_argument("--concurrency", type=int, default=4, help="threads (%(default)s)")
    parser.add_argument(
        "--clock", metavar="FILE", type=clock_file,
        help="also run the clock, in one worker alone; FILE keeps what ran when",
    )  # fmt: skip
    return parser.parse_args(arguments)


def clock_file(text: str) -> str:
    """Return the file of the clock with its folder made: a clock that cannot write its file would
    stop unseen while the worker goes on. Raises ArgumentTypeError."""
    try:
        Path(text).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"the folder of {text} cannot be made: {error}.") from None
    return text


def main() -> int:
    """Work until a signal asks to stop; return the exit code."""
    options = read_options(sys.argv[1:])
    # What Celery starts again at SIGHUP.
    sys.argv[:1] = ["-m", MODULE]
    with explaining(exit_code=1):
        worker = app.Worker(
            pool_cls="threads",
            concurrency=options.concurrency,
            clock=options.clock,
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
        )
        worker.start()
    return worker.exitcode or 0


if __name__ == "__main__":
    sys.exit(main())
