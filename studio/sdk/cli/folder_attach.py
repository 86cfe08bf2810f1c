"""`studio folder attach`."""

import json
from pathlib import Path
from typing import Any

import click

from studio.sdk.cli.options import experiment_option, workspace_options

EPILOG = """\b
Examples:
  studio folder attach -w default
  studio folder attach -w vision -g research --path code -e digits
"""
CONDA_FILE = "conda_dependencies.yml"


@click.command("attach", epilog=EPILOG)
@click.option("--path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="The folder.  [default: this one]")  # fmt: skip
@experiment_option("The experiment of what is submitted from here.")
@workspace_options
def command(*, workspace: Any, path: Path, experiment_name: str | None) -> None:
    """Tell a folder which workspace it belongs to.

    Writes .studio/config.json, two run configurations to start from (local: this machine's Python;
    sklearn: an environment with scikit-learn), and the packages of the latter. Files that are
    there already stay, except config.json.
    """
    from studio.sdk.experiment import check_name

    if experiment_name:
        check_name(experiment_name)
    workspace._connection.ask("GET", "experiments", query={"limit": 1})
    workspace.write_config(str(path))
    config = path / ".studio" / "config.json"
    if experiment_name:
        facts = json.loads(config.read_text()) | {"experiment_name": experiment_name}
        config.write_text(json.dumps(facts, indent=4) + "\n")
    made = [name for name, write in SAMPLES.items() if write_once(path / ".studio" / name, write)]
    click.echo(f"{path.absolute()} belongs to {workspace.name} at {workspace.url}.", err=True)
    click.echo("Written below .studio: " + ", ".join(["config.json", *made]), err=True)


def write_once(file: Path, write: Any) -> bool:
    """Write a file where there is none; tell whether there was none."""
    if file.exists():
        return False
    write(file)
    return True


def write_conda(file: Path) -> None:
    """Write the packages of the sample environment."""
    from studio.sdk.conda_dependencies import CondaDependencies

    CondaDependencies.create(pip_packages=["scikit-learn"]).save(str(file))


def write_local(file: Path) -> None:
    """Write a configuration that uses the Python of the node."""
    from studio.sdk.runconfig import RunConfiguration

    config = RunConfiguration()
    config.environment.python.user_managed_dependencies = True
    config.save(str(file.parent.parent), file.stem)


def write_sklearn(file: Path) -> None:
    """Write a configuration whose environment has scikit-learn."""
    from studio.sdk.conda_dependencies import CondaDependencies
    from studio.sdk.environment import Environment
    from studio.sdk.runconfig import RunConfiguration

    config = RunConfiguration()
    config.environment = Environment("sklearn")
    packages = CondaDependencies(str(file.with_name(CONDA_FILE)))
    config.environment.python.conda_dependencies = packages
    config.save(str(file.parent.parent), file.stem)


SAMPLES = {
    CONDA_FILE: write_conda,
    "local.runconfig": write_local,
    "sklearn.runconfig": write_sklearn,
}
