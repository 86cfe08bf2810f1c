"""The command line: `python -m tests.bench --help`."""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.cases import CASES
from tests.bench.null import client_cost
from tests.bench.report import Report
from tests.bench.runner import CaseRun
from tests.bench.servers import KINDS
from tests.bench.target import Options, Target

EXECUTABLES = {"studio": "", "mlflow": "mlflow", "fasttrackml": "fml"}


def read_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--vs", nargs="*", default=[], metavar="NAME=URL", help="others")
    parser.add_argument("--start", nargs="*", default=[], choices=KINDS, help="start these")
    parser.add_argument("--only", nargs="*", default=[], metavar="CASE", help="begin of a name")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a timed pass")
    parser.add_argument("--rounds", type=int, default=3, help="passes around the servers")
    parser.add_argument("--scale", type=float, default=1.0, help="shrinks sizes, to try it out")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where to save")
    parser.add_argument("--folder", help="where started servers keep their data")
    parser.add_argument("--list", action="store_true", help="list the cases and end")
    parser.add_argument("--python", default=sys.executable, help="has the clients of log-calls")
    for name, default in EXECUTABLES.items():
        parser.add_argument(f"--{name}-bin", default=default, help="its executable")
    return parser.parse_args(words)


@contextmanager
def open_targets(arguments: argparse.Namespace) -> Iterator[list[Target]]:
    """The servers of the command line; those started by us end with the block."""
    others = [Target(*text.split("=", 1)) for text in arguments.vs]
    given = [Target("url", arguments.url)] if arguments.url else []
    with tempfile.TemporaryDirectory(
        prefix="bench-", dir=arguments.folder, ignore_cleanup_errors=True
    ) as folder:
        started = [
            Target(name, server=KINDS[name](Path(folder) / name, _executable(arguments, name)))
            for name in arguments.start
        ]
        try:
            yield given + started + others
        finally:
            for target in started:
                if target.server:
                    target.server.stop()


def _executable(arguments: argparse.Namespace, name: str) -> str:
    return getattr(arguments, f"{name}_bin")


def main() -> None:
    """Run the chosen cases on the chosen servers; print and save the table."""
    arguments = read_arguments()
    chosen = [
        case for case in CASES if not arguments.only or case.name.startswith(tuple(arguments.only))
    ]
    if arguments.list:
        print("\n".join(f"{case.name:20} {case.definition}" for case in chosen))
        return
    options = Options(arguments.seconds, arguments.rounds, arguments.scale, arguments.python)
    options.note(client_cost())
    with open_targets(arguments) as targets:
        report = Report([target.name for target in targets])
        for case in chosen:
            CaseRun(case, options, report).run(targets)
    print("\n" + report.text() + "\n" + "\n".join(options.notes))
    report.save(arguments.json, about(arguments, options))


def about(arguments: argparse.Namespace, options: Options) -> dict:
    """What the figures were measured on and how."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "cpus": os.cpu_count(),
        "machine": platform.platform(),
        "seconds": options.seconds,
        "rounds": options.rounds,
        "scale": options.scale,
        "notes": list(options.notes),
        "cases": {case.name: case.definition for case in CASES},
    }


if __name__ == "__main__":
    main()
