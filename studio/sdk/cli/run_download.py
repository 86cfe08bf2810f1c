"""`studio run download`."""

from pathlib import Path
from typing import Any

import click

from studio.sdk.cli.options import output_options, run_options

EPILOG = """\b
Examples:
  studio run download -r 5f1c7d2e
  studio run download -r 5f1c7d2e --prefix outputs/ --output-dir model
"""


@click.command("download", epilog=EPILOG)
@click.option("--prefix", default="", help="Only files whose path begins with this.")
@click.option("-d", "--output-dir", type=click.Path(file_okay=False, path_type=Path),
              help="Where to.  [default: a folder named as the run]")  # fmt: skip
@run_options
@output_options
def command(*, run: Any, show: Any, prefix: str, output_dir: Path | None) -> None:
    """Download the files of a run: outputs, logs, images. Prints where they are."""
    from studio.sdk.cli.downloading import download
    from studio.sdk.exceptions import UserErrorException

    listed = run._list("/files", {"recursive": "true", "limit": 1000})
    entries = [one for one in listed if not one["is_dir"] and one["path"].startswith(prefix)]
    if prefix and not entries:
        raise UserErrorException(f"The run has no file that begins with {prefix!r}.")
    show(download(run, entries, output_dir or Path(run.id)))
