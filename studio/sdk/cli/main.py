"""The program `studio`: groups that import a command when it is used, and its exit codes."""

import importlib
import os
import sys
from typing import Any

import click

from studio.sdk.cli.exits import FAILED, INTERRUPTED, exit_code_of
from studio.sdk.cli.table import COMMANDS, GROUPS
from studio.sdk.exceptions import StudioError

EPILOG = """\b
Examples:
  studio login http://127.0.0.1:8000
  studio folder attach -w default
  studio run submit-script -c sklearn -e testexperiment train.py
  studio run list -e testexperiment --query "[].runId"

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the run was canceled, 4 not signed in, 5 not found,
6 the studio does not answer, 130 interrupted.
"""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used: `--help` imports none of them."""

    def __init__(self, *args: Any, rows: dict[str, str], prefix: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = rows
        self.prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, as they are in the table."""
        return [*self.rows, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.rows:
            return super().get_command(ctx, cmd_name)
        name = f"{self.prefix}{cmd_name}".replace("-", "_")
        return importlib.import_module(f"studio.sdk.cli.{name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their lines of the table."""
        groups = {name: group.get_short_help_str() for name, group in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl([*groups.items(), *self.rows.items()])


def version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the version of the client."""
    from studio.sdk import VERSION

    if asked:
        click.echo(f"studio {VERSION}")
        ctx.exit()


studio = LazyGroup(
    "studio",
    rows=COMMANDS,
    help="Submit, watch and find training runs.",
    epilog=EPILOG,
    context_settings=SETTINGS,
    params=[
        click.Option(
            ["--version"], is_flag=True, callback=version, expose_value=False, is_eager=True,
            help="Print the version.",
        )
    ],
)  # fmt: skip
for _name, (_help, _rows) in GROUPS.items():
    studio.add_command(LazyGroup(_name, rows=_rows, prefix=f"{_name}_", help=_help))


def run(arguments: list[str]) -> int:
    """Run a command; return its exit code. What went wrong is said on stderr."""
    try:
        code = studio.main(arguments, prog_name="studio", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except StudioError as error:
        click.echo(f"Error: {error}", err=True)
        return exit_code_of(error)
    except BrokenPipeError:
        # The reader of our output has closed it, as in `studio run list | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        click.echo(f"Error: {error}", err=True)
        return FAILED


def main() -> None:
    """Run the program."""
    sys.exit(run(sys.argv[1:]))
