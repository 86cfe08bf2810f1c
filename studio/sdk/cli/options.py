"""Options that many commands share: which workspace, which run, how the answer is shown."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from studio.sdk.cli.completing import complete_experiment, complete_run

if TYPE_CHECKING:
    from studio.sdk.workspace import Workspace

Callback = Callable[..., Any]
FORMATS = ("table", "json", "jsonl", "tsv")
# A studio that is restarted is back within seconds.
PATIENCE_S = 5.0


def workspace_options(callback: Callback) -> Callback:
    """Give the command its `workspace`, by `-w` and `--url`, the folder's config or the login."""

    @click.option(
        "-w", "--workspace-name", default="", help="The workspace.  [default: of the folder]"
    )
    @click.option("--url", default="", help="The address of the studio.")
    @click.option("-g", "--resource-group", hidden=True)
    @click.option("--subscription-id", hidden=True)
    @functools.wraps(callback)
    def call(workspace_name: str, url: str, **options: Any) -> Any:
        for name in ("resource_group", "subscription_id"):
            options.pop(name)
        return callback(workspace=open_workspace(url, workspace_name), **options)

    return call


def open_workspace(url: str = "", name: str = "") -> "Workspace":
    """Return the workspace that is meant: what is not given comes from the nearest config file,
    then from the environment, then from `studio login`."""
    from studio.sdk.settings import find_config, make_settings, read_json
    from studio.sdk.workspace import Workspace

    file = find_config()
    facts = read_json(file) if file else {}
    url = url or facts.get("url", "")
    workspace = Workspace._of(make_settings(url, name or facts.get("workspace_name", "")))
    workspace._connection.patience_s = PATIENCE_S
    return workspace


def run_options(callback: Callback) -> Callback:
    """Give the command its `run`: by `-r`, or as an argument."""

    @click.argument("run_id", required=False, metavar="[RUN]", shell_complete=complete_run)
    @click.option("-r", "--run", "run_option", metavar="RUN", help="The id of the run.",
                  shell_complete=complete_run)  # fmt: skip
    @click.option("-e", "--experiment-name", hidden=True)
    @workspace_options
    @functools.wraps(callback)
    def call(workspace: Any, run_id: str | None, run_option: str | None, **options: Any) -> Any:
        options.pop("experiment_name")
        wanted = run_option or run_id
        if not wanted:
            raise click.UsageError("Say which run: studio run … -r <id>.")
        from studio.sdk.run import Run

        return callback(run=Run.get(workspace, wanted), **options)

    return call


def experiment_option(help: str, *, required: bool = False) -> Callable[[Callback], Callback]:
    """Return the option that names an experiment."""
    return click.option("-e", "--experiment-name", required=required, help=help,
                        shell_complete=complete_experiment)  # fmt: skip


def output_options(callback: Callback) -> Callback:
    """Give the command `show`, which writes data to stdout as `--output` and `--query` say."""

    @click.option("-o", "--output", type=click.Choice(FORMATS),
                  help="[default: table on a terminal, json elsewhere]")  # fmt: skip
    @click.option("--query", help="JMESPath: which part of the JSON to show.")
    @functools.wraps(callback)
    def call(output: str | None, query: str | None, **options: Any) -> Any:
        from studio.sdk.cli.output import Show

        return callback(show=Show(output, query), **options)

    return call
