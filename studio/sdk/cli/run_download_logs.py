"""`studio run download-logs`."""

from pathlib import Path
from typing import Any

import click

from studio.sdk.cli.options import output_options, run_options

EPILOG = """\b
Example:
  studio run download-logs -r 5f1c7d2e --output-dir logs
"""


@click.command("download-logs", epilog=EPILOG)
@click.option("-d", "--output-dir", type=click.Path(file_okay=False, path_type=Path),
              help="Where to.  [default: a folder named as the run]")  # fmt: skip
@run_options
@output_options
def command(*, run: Any, show: Any, output_dir: Path | None) -> None:
    """Download the logs of a run. Prints where they are."""
    from studio.sdk.cli.downloading import download

    entries = run._ask("GET", "/logs")["items"]
    show(download(run, entries, output_dir or Path(run.id)))
