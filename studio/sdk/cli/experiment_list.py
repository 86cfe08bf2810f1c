"""`studio experiment list`."""

from itertools import islice
from typing import Any

import click

from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Examples:
  studio experiment list
  studio experiment list --archived --query "[].name" --output tsv
"""
COLUMNS = ("name", "id", "lifecycle", "lastUpdatedUtc", "tags")


@click.command("list", epilog=EPILOG)
@click.option("--limit", type=click.IntRange(min=1), default=1000, help="How many at most.")
@click.option("--archived", is_flag=True, help="The archived ones.")
@workspace_options
@output_options
def command(*, workspace: Any, show: Any, limit: int, archived: bool) -> None:
    """List the experiments of a workspace."""
    from studio.sdk.connection import pages

    query = {"lifecycle": "archived" if archived else "active", "limit": min(limit, 1000)}
    found = islice(pages(workspace._connection, "experiments", query), limit)
    show([facts_of(workspace, document) for document in found], COLUMNS)


def facts_of(workspace: Any, document: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of an experiment."""
    from studio.sdk.experiment import Experiment
    from studio.sdk.run_parts.facts import in_words

    return {
        "name": document["name"],
        "id": str(document["number"]),
        "lifecycle": document["lifecycle"],
        "description": document["description"],
        "tags": document["tags"],
        "createdUtc": in_words(document["created_ms"]),
        "lastUpdatedUtc": in_words(document["updated_ms"]),
        "page": Experiment._of(workspace, document).get_portal_url(),
    }
