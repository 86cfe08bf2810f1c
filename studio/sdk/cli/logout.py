"""`studio logout`."""

import click

EPILOG = """\b
Example:
  studio logout https://studio.example.org
"""


@click.command("logout", epilog=EPILOG)
@click.argument("url", required=False, default="")
def command(url: str) -> None:
    """Forget the token of a studio, by default of the latest one."""
    from studio.sdk.authentication import find_login, forget_login
    from studio.sdk.exceptions import NotSignedIn

    login = find_login(url)
    if login is None or not forget_login(login.url):
        raise NotSignedIn(f"There is no login to {url}." if url else "There is no login.")
    click.echo(f"Signed out of {login.url}.", err=True)
