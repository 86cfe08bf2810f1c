"""Parents and children."""

import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from studio.sdk.exceptions import Conflict, UserErrorException
from studio.sdk.run_filters import KINDS, Facts
from studio.sdk.run_parts.facts import RunFacts

if TYPE_CHECKING:
    from studio.sdk.run import Run

MOST_CHILDREN = 1000


class RunChildren(RunFacts):
    """The tree above and below a run."""

    @property
    def parent(self) -> "Run | None":
        """The parent; None of a run at the top."""
        from studio.sdk.run import Run

        parent = self._known["parent"]
        return Run._of_id(self._workspace, parent, self._experiment) if parent else None

    def child_run(
        self, name: str | None = None, run_id: str | None = None, outputs: Any = None
    ) -> "Run":
        """Start a child run; with `with` it completes by itself.

        with run.child_run(name="fold 1") as child:
            child.log("loss", 0.25)
        """
        from studio.sdk.starting import start_interactive

        return start_interactive(
            self.experiment,
            run_id=run_id or str(uuid.uuid4()),
            name=name or "",
            outputs=outputs,
            parent=self,
        )

    def create_children(
        self,
        count: int | None = None,
        tag_key: str | None = None,
        tag_values: Sequence[object] | None = None,
    ) -> "list[Run]":
        """Make many child runs in one request: `count` of them, or one for each tag value.

        folds = run.create_children(tag_key="fold", tag_values=[1, 2, 3])
        """
        has_tags = tag_key is not None and tag_values is not None
        if (count is None) != has_tags or (tag_key is None) != (tag_values is None):
            raise UserErrorException("Give either count, or tag_key and tag_values.")
        body: dict[str, Any] = {"count": count}
        if has_tags:
            body = {"tag_key": tag_key, "tag_values": [str(one) for one in tag_values or ()]}
        many = count if count is not None else len(body["tag_values"])
        body["run_ids"] = [uuid.uuid4().hex for _ in range(many)]
        try:
            made = self._ask("POST", "/children", body=body)["items"]
        except Conflict as refused:
            if not refused.is_resent:
                raise
            made = [self._connection.ask("GET", f"runs/{one}") for one in body["run_ids"]]
        return [self._child(document) for document in made]

    def submit_child(
        self, config: Any, tags: dict[str, str | None] | None = None, **kwargs: Any
    ) -> "Run":
        """Submit a `ScriptRunConfig` as a child of this run and return it at once."""
        from studio.sdk.submitting import submit

        self._settle()
        return submit(self.experiment, config, tags=tags or {}, parent=self._id, **kwargs)

    def get_children(
        self,
        recursive: bool = False,
        tags: Facts = None,
        properties: Facts = None,
        type: str | None = None,
        status: str | None = None,
        _rehydrate_runs: bool = True,
    ) -> "Iterator[Run]":
        """Yield the children, the latest first; with `recursive` the whole tree below."""
        query = {"recursive": str(recursive).lower(), "limit": MOST_CHILDREN}
        documents = [
            one
            for one in self._list("/children", query)
            if has_facts(one["tags"], tags)
            and has_facts(one["properties"], properties)
            and (type is None or one["kind"] == KINDS.get(type.lower(), type))
            and (status is None or one["status"] == status)
        ]
        for document in reversed(documents):
            yield self._child(document)

    def _child(self, document: dict[str, Any]) -> "Run":
        from studio.sdk.run import Run

        return Run._of(self._workspace, document, self._experiment)


def has_facts(there: dict[str, str | None], wanted: Facts) -> bool:
    """Tell whether tags or properties have the keys, or keys with values, that are asked for."""
    if not wanted:
        return True
    if isinstance(wanted, str):
        return wanted in there
    if isinstance(wanted, Sequence):
        return all(key in there for key in wanted)
    return all(
        key in there and (value is None or there[key] == value) for key, value in wanted.items()
    )
