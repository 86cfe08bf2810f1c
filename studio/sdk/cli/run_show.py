"""`studio run show`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, run_options

EPILOG = """\b
Examples:
  studio run show -r 5f1c7d2e
  studio run show 5f1c7d2e --query status --output tsv
"""
FACTS = ("runId", "status", "target", "startTimeUtc", "endTimeUtc", "submittedBy")


@click.command("show", epilog=EPILOG)
@run_options
@output_options
def command(*, run: Any, show: Any) -> None:
    """Show a run: its details as JSON, what people ask first as a table."""
    details = run.get_details()
    if show.output == "table" and not show.query:
        details = facts_for_people(run, details)
    show(details)


def facts_for_people(run: Any, details: dict[str, Any]) -> dict[str, Any]:
    """Return a few lines about a run."""
    names = {"displayName": run.display_name, "experiment": run.experiment.name}
    facts = {"runId": run.id} | names | {name: details.get(name) for name in FACTS}
    if "error" in details:
        facts["error"] = details["error"]["error"]["message"].strip().rpartition("\n")[2]
    facts |= {"command": details["runDefinition"]["command"], "tags": details["tags"]}
    facts |= {"logs": list(details["logFiles"]), "page": run.get_portal_url()}
    return {name: value for name, value in facts.items() if value not in (None, "", {}, [])}
