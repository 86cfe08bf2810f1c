"""`studio run submit-script`."""

from pathlib import Path
from typing import Any

import click

from studio.sdk.cli.completing import complete_cluster
from studio.sdk.cli.options import experiment_option, output_options, workspace_options

EPILOG = """\b
Examples:
  studio run submit-script -c sklearn -e testexperiment train.py
  studio run submit-script -e digits --target gpu train.py --lr 0.1
  studio run submit-script -e digits --dry-run train.py
  studio run submit-script -e digits --async --query runId -o tsv train.py

Without --async, the log is written to stdout and the exit code says how the run ended. Ctrl-C ends
the watching and not the run.
"""
# What comes after the script is the script's own.
SETTINGS = {"allow_interspersed_args": False}


@click.command("submit-script", epilog=EPILOG, context_settings=SETTINGS)
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("-c", "--run-configuration-name", "config_name",
              help="A *.runconfig file of this folder, without its ending.")  # fmt: skip
@experiment_option("The experiment; made where it is not there.  [default: of the folder]")
@click.option("--source-directory", "--path", "source", default=".", metavar="FOLDER",
              help="What is sent: the whole folder.  [default: this one]")  # fmt: skip
@click.option("--target", "--ct", help="The cluster, instead of the configuration's.",
              shell_complete=complete_cluster)  # fmt: skip
@click.option("-d", "--conda-dependencies", type=click.Path(exists=True, dir_okay=False),
              help="A file of packages, instead of the configuration's.")  # fmt: skip
@click.option("--name", help="The name that lists show.")
@click.option("--tag", "tags", multiple=True, metavar="KEY[=VALUE]", help="Repeat it.")
@click.option("--async", "asynchronous", is_flag=True, help="Return at once.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@workspace_options
@output_options
def command(
    *, workspace: Any, show: Any, dry_run: bool, asynchronous: bool, tags: tuple[str, ...],
    name: str | None, experiment_name: str | None, **chosen: Any,
) -> int:  # fmt: skip
    """Submit a script with its folder to a cluster, and show its log.

    What follows SCRIPT is given to the script.
    """
    from studio.sdk.cli.following import follow_log
    from studio.sdk.cli.rows import row_of

    experiment_name = experiment_name or folder_experiment()
    config = config_of(**chosen)
    if dry_run:
        from studio.sdk.cli.dry_run import plan_of

        show(plan_of(workspace, experiment_name, config))
        return 0
    run = send(workspace, experiment_name, config, name, tags)
    if asynchronous:
        show(row_of(run._known))
        return 0
    click.echo(f"{run.id}: {run.get_portal_url()}", err=True)
    return follow_log(run)


def folder_experiment() -> str:
    """Return the experiment that `folder attach -e` has kept. Raises UsageError."""
    from studio.sdk.settings import find_config, read_json

    file = find_config()
    name = read_json(file).get("experiment_name", "") if file else ""
    if not name:
        raise click.UsageError("Say which experiment: -e <name>.")
    return name


def config_of(
    *,
    script: str,
    arguments: tuple[str, ...],
    config_name: str | None,
    source: str,
    target: str | None,
    conda_dependencies: str | None,
) -> Any:
    """Return what to submit."""
    from studio.sdk.conda_dependencies import CondaDependencies
    from studio.sdk.runconfig import RunConfiguration
    from studio.sdk.script_run_config import ScriptRunConfig

    run_config = RunConfiguration()
    if config_name:
        run_config = RunConfiguration.load(source, config_name)
    if conda_dependencies:
        python = run_config.environment.python
        python.user_managed_dependencies = False
        python.conda_dependencies = CondaDependencies(conda_dependencies)
    run_config.script = run_config.command = None
    path = Path(script)
    if path.is_absolute() and path.is_relative_to(Path(source).absolute()):
        script = path.relative_to(Path(source).absolute()).as_posix()
    return ScriptRunConfig(source, script, list(arguments) or None, run_config, None, target)


def send(
    workspace: Any, experiment_name: str, config: Any, name: str | None, tags: tuple[str, ...]
) -> Any:
    """Submit, with a bar for the upload; return the run."""
    from studio.sdk.cli.pairs import read_pairs
    from studio.sdk.cli.progress import bar
    from studio.sdk.experiment import Experiment
    from studio.sdk.submitting import submit

    with bar("Packing") as shown:
        return submit(
            Experiment(workspace, experiment_name),
            config,
            tags=read_pairs(tags),
            say=shown.say,
            watch=shown.watch,
            name=name,
        )
