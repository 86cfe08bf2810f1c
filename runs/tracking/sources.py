"""What is known of the code of a run, in one set of words whichever client said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runs.tracking.client_tags import SOURCE_TAGS
from runs.tracking.models import Run, RunTag

# Under which keys `Run.source` may hold each field; the first that is there counts.
KEYS = {
    "script": ("script", "name"),
    "command": ("command",),
    "kind": ("type",),
    "entry": ("entry", "entry_point"),
    "branch": ("branch", "git_branch"),
    "commit": ("commit", "git_commit"),
    "repository": ("repository", "git_url", "url"),
    "is_dirty": ("dirty", "git_dirty"),
}
LABELS = {
    "script": "Script",
    "command": "Command",
    "kind": "Kind",
    "entry": "Entry point",
    "branch": "Branch",
    "commit": "Commit",
    "repository": "Repository",
}


@dataclass(frozen=True, slots=True)
class Source:
    """The code of a run; a text is empty where nobody said it. `kind` is the client's word for
    what was run (LOCAL, NOTEBOOK), `entry` the entry point of a project, `repository` an address,
    `is_dirty` whether the checkout had changes that are not committed."""

    script: str = ""
    command: str = ""
    kind: str = ""
    entry: str = ""
    branch: str = ""
    commit: str = ""
    repository: str = ""
    is_dirty: bool | None = None

    def lines(self) -> list[tuple[str, str, str]]:
        """Return (name, label, text) of the texts that are known, in the order they are shown."""
        texts = ((name, label, getattr(self, name)) for name, label in LABELS.items())
        return [line for line in texts if line[2]]


def read_source(source: Mapping[str, Any], tags: Mapping[str, str | None]) -> Source:
    """Return what `Run.source` and the tags of a run say. A tag of a client counts before
    `Run.source`; `git` in the latter may hold branch, commit and repository together."""
    git = source.get("git")
    tagged = {field: tags[tag] for tag, field in SOURCE_TAGS.items() if tag in tags}
    places = (tagged, source, git if isinstance(git, Mapping) else {"commit": git})
    found: dict[str, Any] = {}
    for name, keys in KEYS.items():
        values = (place.get(key) for place in places for key in keys)
        value = next((value for value in values if value not in (None, "")), None)
        if value is not None:
            found[name] = value is True if name == "is_dirty" else _as_text(value)
    return Source(**found)


def source_of_run(run: Run) -> Source:
    """Return what is known of the code of one run. One query."""
    tags = RunTag.objects.filter(run=run, key__in=list(SOURCE_TAGS))
    return read_source(run.source, dict(tags.values_list("key", "value")))


def _as_text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
