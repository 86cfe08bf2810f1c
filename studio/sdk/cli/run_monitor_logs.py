"""`studio run monitor-logs`, and its short form `studio logs`."""

from typing import Any

import click

from studio.sdk.cli.options import run_options

EPILOG = """\b
Examples:
  studio run monitor-logs -r 5f1c7d2e
  studio logs 5f1c7d2e --log azureml-logs/65_job_prep-local.txt
"""


@click.command("monitor-logs", epilog=EPILOG)
@click.option("--log", "path", default="", help="Which log.  [default: the output of the script]")
@run_options
def command(*, run: Any, path: str) -> int:
    """Show the log of a run while it is written, to its end.

    When the studio is restarted meanwhile, the log goes on at the byte where it was. Ctrl-C ends
    the watching and not the run. The exit code says how the run ended.
    """
    from studio.sdk.cli.following import follow_log

    return follow_log(run, path)
