"""The options of `manage.py up`."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Options:
    """The choices of one start. `workers` None means: as many as suit the database."""

    host: str
    port: int
    data_dir: Path
    workers: int | None
    demo: bool
    node: bool = True


def parse(arguments: list[str]) -> Options:
    """Read the command line; a wrong word ends the program with exit code 2 and a usage line."""
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Start the studio: server, queue, worker and clock."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=port, default=8000, help="port to listen on (%(default)s)")
    parser.add_argument(
        "--data-dir", type=Path, help="where everything is kept (STUDIO_DATA_DIR, or var)"
    )
    parser.add_argument(
        "--workers", type=positive, help="server processes (SQLite: 2; PostgreSQL: one per core)"
    )
    parser.add_argument(
        "--demo", action="store_true", help="fill an empty studio with a dozen short trainings"
    )
    parser.add_argument(
        "--no-node", dest="node", action="store_false", help="run no jobs on this machine"
    )
    chosen = parser.parse_args(arguments)
    data_dir = chosen.data_dir or Path(os.environ.get("STUDIO_DATA_DIR") or BASE_DIR / "var")
    return Options(
        chosen.host, chosen.port, data_dir.resolve(), chosen.workers, chosen.demo, chosen.node
    )


def port(text: str) -> int:
    return within(text, 1, 65535)


def positive(text: str) -> int:
    return within(text, 1, 1024)


def within(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low} to {high}")
    return int(text)
