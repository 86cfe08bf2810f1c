"""Tags, which change, and properties, which never do."""

from collections.abc import Iterable, Mapping

from studio.sdk.connection import in_path
from studio.sdk.exceptions import StudioAway
from studio.sdk.run_parts.core import RunCore


class RunNotes(RunCore):
    """Tags and properties of a run."""

    @property
    def tags(self) -> dict[str, str | None]:
        """The tags as last read."""
        return dict(self._known["tags"])

    @property
    def properties(self) -> dict[str, str]:
        """The properties as last read."""
        return dict(self._known["properties"])

    def tag(self, key: str, value: str | None = None) -> None:
        """Write one tag; the last value of a key wins.

        run.tag("quality", "fantastic run")
        run.tag("worth another look")
        """
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Write tags; None is a tag without a value."""
        written = {key: None if value is None else str(value) for key, value in tags.items()}
        self._write(
            {"op": "tags", "tags": written},
            lambda: self._ask("PATCH", "/tags", body={"tags": written}),
        )

    def get_tags(self) -> dict[str, str | None]:
        """Return the tags, asked from the studio."""
        return dict(self._read()["tags"])

    def remove_tags(self, tags: str | Iterable[str]) -> None:
        """Remove tags by their keys."""
        for key in [tags] if isinstance(tags, str) else tags:
            self._ask("DELETE", f"/tags/{in_path(key)}")
        self._document = None

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Write properties, once for ever. Raises Conflict where one is there already.

        run.add_properties({"author": "ada"})
        """
        written = {key: str(value) for key, value in properties.items()}
        box = self._outbox
        try:
            if box is not None and not box.settle():
                raise StudioAway("What was logged before is not there yet.")
            self._connection.ask("POST", self._path("/properties"), body={"properties": written})
        except StudioAway:
            if box is None:
                raise
            box.write({"op": "properties", "properties": written})
        self._document = None

    def get_properties(self) -> dict[str, str]:
        """Return the properties, asked from the studio."""
        return dict(self._read()["properties"])
