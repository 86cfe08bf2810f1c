"""`studio run list`."""

from itertools import islice
from typing import Any

import click

from studio.sdk.cli.completing import complete_cluster, complete_run
from studio.sdk.cli.options import experiment_option, output_options, workspace_options

EPILOG = """\b
Examples:
  studio run list --experiment-name digits
  studio run list -e digits --status Failed --last 50 --output table
  studio run list -e digits --filter "metrics.loss.min < 0.1"
  studio run list --experiment-name digits "[?tags.quality=='fantastic run']"
"""


@click.command("list", epilog=EPILOG)
@click.argument("bare_query", metavar="[QUERY]", required=False)
@experiment_option("Only the runs of this experiment.")
@click.option("--last", "--limit", "last", type=click.IntRange(min=1), default=10,
              show_default=True, help="How many, the newest first.")  # fmt: skip
@click.option("--status", multiple=True, help="Only runs with this status; repeat it.")
@click.option("--tags", multiple=True, metavar="KEY[=VALUE]", help="Only runs with this tag.")
@click.option("--properties", multiple=True, metavar="KEY[=VALUE]",
              help="Only runs with this property.")  # fmt: skip
@click.option("--filter", "text", default="", help="The studio's language of filters.")
@click.option("--parent-run-id", "--pipeline-run-id", "parent", help="Only the children of a run.",
              shell_complete=complete_run)  # fmt: skip
@click.option("--compute-target-name", "cluster", help="Only runs on a cluster.",
              shell_complete=complete_cluster)  # fmt: skip
@click.option("--children", is_flag=True, help="Also runs that have a parent.")
@click.option("--minimal", is_flag=True, help="Only ids and statuses.")
@workspace_options
@output_options
def command(
    *, workspace: Any, show: Any, last: int, minimal: bool, bare_query: str | None, **chosen: Any
) -> None:
    """List runs, the newest first. QUERY is the same as --query."""
    from studio.sdk.cli.rows import FEW_COLUMNS, RUN_COLUMNS, row_of
    from studio.sdk.connection import pages

    show.query = show.query or bare_query
    query = query_of(**chosen) | {"limit": min(last, 1000)}
    found = [row_of(one) for one in islice(pages(workspace._connection, "runs", query), last)]
    if minimal:
        found = [{name: row[name] for name in FEW_COLUMNS} for row in found]
    show(found, FEW_COLUMNS if minimal else RUN_COLUMNS)


def query_of(
    *,
    experiment_name: str | None,
    status: tuple[str, ...],
    tags: tuple[str, ...],
    properties: tuple[str, ...],
    text: str,
    parent: str | None,
    cluster: str | None,
    children: bool,
) -> dict[str, Any]:
    """Return the query of `GET runs` for what was chosen."""
    from studio.sdk.cli.pairs import read_pairs
    from studio.sdk.run_filters import in_quotes, run_query

    if cluster:
        target = f"target = {in_quotes(cluster)}"
        text = f"({text}) AND {target}" if text else target
    query = run_query(None, read_pairs(tags), read_pairs(properties), status, text)
    if experiment_name:
        query["experiment_name"] = experiment_name
    if parent:
        query["parent"] = parent
    if children or parent or cluster:
        query["children"] = "true"
    return query
