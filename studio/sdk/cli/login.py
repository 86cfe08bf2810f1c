"""`studio login`."""

from pathlib import Path

import click

from studio.sdk.cli.options import PATIENCE_S

EPILOG = """\b
Examples:
  studio login                                  # the studio on this machine
  studio login https://studio.example.org/w/vision
  studio login https://studio.example.org --token-file ~/token

Make a token on the page Your tokens of the studio. It is asked for, or read from a file or from
stdin (--token-file -), and never given on the command line.
"""


@click.command("login", epilog=EPILOG)
@click.argument("url", required=False, default="")
@click.option("-w", "--workspace-name", default="", help="The workspace to use by default.")
@click.option("--token-file", type=click.File("r"), help="A file with the token; - is stdin.")
def command(url: str, workspace_name: str, token_file: click.File | None) -> None:
    """Sign in to a studio and keep its token, readable by you alone."""
    from studio.sdk.authentication import Login, login_file, save_login
    from studio.sdk.exceptions import NotSignedIn
    from studio.sdk.settings import Settings, make_settings

    known = make_settings(url, workspace_name)
    token = token_file.read().strip() if token_file else ""
    try:
        check(Settings(known.url, known.workspace, token))
    except NotSignedIn:
        if token:
            raise
        token = click.prompt(f"Token for {known.url}", hide_input=True, err=True).strip()
        check(Settings(known.url, known.workspace, token))
    save_login(Login(known.url, token, known.workspace))
    kept = f"The token is kept in {shorten(login_file())}." if token else "It asks for no token."
    click.echo(f"Signed in to {known.url}, workspace {known.workspace}. {kept}", err=True)


def check(settings: object) -> None:
    """Ask the studio for something. Raises NotSignedIn, StudioAway, NotFound."""
    from studio.sdk.connection import Connection

    Connection(settings, patience_s=PATIENCE_S).ask("GET", "experiments", query={"limit": 1})  # type: ignore[arg-type]


def shorten(path: Path) -> str:
    """Return a path with ~ for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
