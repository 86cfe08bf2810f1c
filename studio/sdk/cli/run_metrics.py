"""`studio run metrics`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, run_options

EPILOG = """\b
Examples:
  studio run metrics -r 5f1c7d2e
  studio run metrics -r 5f1c7d2e --name loss --output json
"""
COLUMNS = ("name", "values", "last", "min", "max")


@click.command("metrics", epilog=EPILOG)
@click.option("--name", help="Only this metric.")
@click.option("--recursive", is_flag=True, help="Those of all runs below it too, by run id.")
@run_options
@output_options
def command(*, run: Any, show: Any, name: str | None, recursive: bool) -> None:
    """Show the metrics of a run: all values as JSON, a line for each as a table. Those of the
    machine (system/…) are shown by name."""
    if show.output in ("json", "jsonl") or show.query or recursive:
        show(run.get_metrics(name=name, recursive=recursive))
        return
    show([row for metric in run._chosen_metrics(name) for row in rows_of(metric)], COLUMNS)


def rows_of(metric: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a line for a metric, or for each column of one that has columns."""
    numbers = metric["numbers"] or {"": {}}
    return [
        {
            "name": f"{metric['name']}[{column}]" if column else metric["name"],
            "values": metric["n"],
            **{word: summary.get(word) for word in ("last", "min", "max")},
        }
        for column, summary in numbers.items()
    ]
