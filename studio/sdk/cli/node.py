"""`studio node`."""

import click

SETTINGS = {"ignore_unknown_options": True, "help_option_names": []}


@click.command("node", context_settings=SETTINGS, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> int:
    """Run the jobs of a cluster on this machine. `studio node --help` lists its options."""
    from studio.sdk.node import Node
    from studio.sdk.node_options import read_options

    return Node(read_options(list(arguments))).run()
