"""Waiting for runs: with the log on stdout, or with the status on stderr."""

import time
from typing import Any

import click

from studio.sdk.cli.exits import INTERRUPTED, exit_code_of_run
from studio.sdk.cli.progress import bar

PAUSE_S = 0.5


def follow_log(run: Any, path: str = "") -> int:
    """Write the log of a run to stdout until its end; return the exit code of its status."""
    from studio.sdk.run_parts.waiting import write_bytes

    try:
        for _, data in run._follow(path):
            write_bytes(data)
    except KeyboardInterrupt:
        return say_goes_on(run)
    return tell_end(run)


def wait_for_end(run: Any) -> int:
    """Wait until a run has ended; return the exit code of its status."""
    from studio.sdk.run_parts.core import FINAL

    try:
        with bar(run.status, counts_bytes=False) as shown:
            while run._status_patiently() not in FINAL:
                shown.say(f"{run.id}: {run.status}{place_of(run)}")
                time.sleep(PAUSE_S)
    except KeyboardInterrupt:
        return say_goes_on(run)
    return tell_end(run)


def place_of(run: Any) -> str:
    """Return where a waiting run is in its queue, and why it waits."""
    if run.status != "Queued":
        return ""
    job = run._job()
    place = f", place {job['place']}" if job.get("place") else ""
    return f"{place} ({job['waits_because']})" if job.get("waits_because") else place


def say_goes_on(run: Any) -> int:
    """Say after Ctrl-C that the run goes on, and how it is ended."""
    click.echo(f"\nThe run goes on. Cancel it: studio run cancel -r {run.id}", err=True)
    return INTERRUPTED


def tell_end(run: Any) -> int:
    """Say on stderr how a run has ended; return its exit code."""
    document = run._known
    reason = document["status_reason"] or document["error"].strip().rpartition("\n")[2]
    told = f": {reason}" if reason and document["status"] != "Completed" else ""
    click.echo(f"{run.id}: {document['status']}{told}", err=True)
    return exit_code_of_run(run)
