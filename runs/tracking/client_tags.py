"""The tags that clients write for themselves, and which fields of a run they stand for.

A protocol whose clients keep such tags adds one entry to `CLIENTS`; nothing else in the rooms knows
the words of a client.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Q

Text = TypeVar("Text", str, str | None)


@dataclass(frozen=True)
class ClientTags:
    """The tags of one family of clients. All begin with `prefix`; the others are empty where the
    clients have no such tag. `source` says which field of `Run.source` each tag stands for."""

    prefix: str
    run_name: str = ""
    parent: str = ""
    description: str = ""
    user: str = ""
    source: Mapping[str, str] = field(default_factory=dict)


MLFLOW = ClientTags(
    prefix="mlflow.",
    run_name="mlflow.runName",
    parent="mlflow.parentRunId",
    description="mlflow.note.content",
    user="mlflow.user",
    source={
        "mlflow.source.name": "name",
        "mlflow.source.type": "type",
        "mlflow.source.git.commit": "git_commit",
        "mlflow.source.git.repoURL": "git_url",
        "mlflow.source.git.branch": "git_branch",
        "mlflow.project.entryPoint": "entry_point",
    },
)
# The program that keeps what a script prints finds the script's run by its tag.
CONSOLE = ClientTags(prefix="studio_console")
CLIENTS = (MLFLOW, CONSOLE)
PREFIXES = tuple(one.prefix for one in CLIENTS)
RUN_NAME_TAGS = tuple(one.run_name for one in CLIENTS if one.run_name)
DESCRIPTION_TAGS = tuple(one.description for one in CLIENTS if one.description)
PARENT_TAGS = tuple(one.parent for one in CLIENTS if one.parent)
# The addresses that a filter on `artifact_uri` compares with begin so.
ARTIFACT_SCHEME = "mlflow-artifacts:"
SOURCE_TAGS = {tag: field for one in CLIENTS for tag, field in one.source.items()}


def is_client_tag(key: str) -> bool:
    """Tell whether a client keeps the tag for itself; pages show what it means, not the tag."""
    return key.startswith(PREFIXES)


def without_client_tags(tags: Iterable[tuple[str, Text]]) -> list[tuple[str, Text]]:
    """Return those of some (key, value) pairs that people have set."""
    return [(key, value) for key, value in tags if not is_client_tag(key)]


def client_tags() -> Q:
    """Return the condition that a row of tags is one that a client keeps for itself."""
    condition = Q()
    for prefix in PREFIXES:
        condition |= Q(key__startswith=prefix)
    return condition
