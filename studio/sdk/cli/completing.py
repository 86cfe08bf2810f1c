"""What the shell completes: ids of runs and names, asked from the studio, with little patience."""

from typing import Any

import click
from click.shell_completion import CompletionItem

SECONDS = 1.0
MOST = 50


def complete_run(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the latest runs whose id begins with what is there; their names are shown with it."""
    query = {"limit": 200, "children": "true"}
    items = [
        CompletionItem(one["run_id"], help=f"{one['status']} {one['name']}".strip())
        for one in ask(ctx, "runs", query)
        if one["run_id"].startswith(begun)
    ]
    return items[:MOST]


def complete_experiment(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the experiments whose name begins with what is there."""
    found = ask(ctx, "experiments", {"limit": 1000})
    return [CompletionItem(one["name"]) for one in found if one["name"].startswith(begun)]


def complete_cluster(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the clusters whose name begins with what is there."""
    found = ask(ctx, "clusters", {})
    return [CompletionItem(one["name"]) for one in found if one["name"].startswith(begun)]


def ask(ctx: click.Context, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the first page of a list; nothing where the studio does not give it: a shell that
    completes shows no errors."""
    from studio.sdk.cli.options import open_workspace
    from studio.sdk.exceptions import StudioError

    given = ctx.params
    try:
        workspace = open_workspace(given.get("url") or "", given.get("workspace_name") or "")
        answer = workspace._connection.ask("GET", path, query=query, patience_s=SECONDS)
    except StudioError:
        return []
    return answer["items"]
