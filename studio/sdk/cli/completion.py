"""`studio completion`."""

import click

EPILOG = """\b
Examples:
  studio completion bash >> ~/.bashrc
  studio completion zsh >> ~/.zshrc
  studio completion fish > ~/.config/fish/completions/studio.fish
"""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that completes commands, options, ids of runs and names."""
    from click.shell_completion import get_completion_class

    from studio.sdk.cli.main import studio

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(studio, {}, "studio", "_STUDIO_COMPLETE").source())
