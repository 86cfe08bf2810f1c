"""`studio run update`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, run_options

EPILOG = """\b
Examples:
  studio run update -r 5f1c7d2e --add-tag quality='fantastic run'
  studio run update -r 5f1c7d2e --add-tag "worth another look"
  studio run update -r 5f1c7d2e --display-name baseline --remove-tag quality
"""


@click.command("update", epilog=EPILOG)
@click.option("--add-tag", multiple=True, metavar="KEY[=VALUE]",
              help="Write a tag; the last value of a key wins. Repeat it.")  # fmt: skip
@click.option("--remove-tag", multiple=True, metavar="KEY", help="Remove a tag. Repeat it.")
@click.option("--display-name", help="The name that lists show.")
@click.option("--description", help="The description, as Markdown.")
@run_options
@output_options
def command(
    *,
    run: Any,
    show: Any,
    add_tag: tuple[str, ...],
    remove_tag: tuple[str, ...],
    display_name: str | None,
    description: str | None,
) -> None:
    """Change tags, name and description of a run; show what it is then."""
    from studio.sdk.cli.pairs import read_pairs
    from studio.sdk.cli.rows import row_of

    given = {"name": display_name, "description": description}
    fields = {key: value for key, value in given.items() if value is not None}
    if not (add_tag or remove_tag or fields):
        raise click.UsageError("Say what to change, such as --add-tag quality=good.")
    if fields:
        run._change(fields)
    if add_tag:
        run.set_tags(read_pairs(add_tag))
    run.remove_tags(remove_tag)
    row = row_of(run._read())
    show({name: row[name] for name in ("runId", "displayName", "status", "tags")})
