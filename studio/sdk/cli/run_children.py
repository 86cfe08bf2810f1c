"""`studio run children`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, run_options

EPILOG = """\b
Examples:
  studio run children -r 5f1c7d2e
  studio run children -r 5f1c7d2e --recursive --output jsonl
"""


@click.command("children", epilog=EPILOG)
@click.option("--recursive", is_flag=True, help="The whole tree below it.")
@run_options
@output_options
def command(*, run: Any, show: Any, recursive: bool) -> None:
    """List the child runs of a run, the latest first."""
    from studio.sdk.cli.rows import RUN_COLUMNS, row_of

    show([row_of(child._known) for child in run.get_children(recursive)], RUN_COLUMNS)
