"""Child runs: many made in one call, and the tree below a run."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint
from runs.api.inputs import Flag, Input, Name, PageQuery, Text, Whole
from runs.api.run_shapes import EXAMPLE, RunOut
from runs.api.runs import who
from runs.api.schema import describe, page_of
from runs.details.run_documents import list_child_documents, read_records
from runs.http.cursors import read_key, write_key
from runs.tracking import services
from runs.tracking.models import RunKind
from runs.tracking.queries import get_run
from runs.tracking.statuses import Status
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

CHILD = EXAMPLE | {"parent": "8d1f5c3b", "root": "8d1f5c3b", "tags": {"fold": "1"}}


class NewChildren(Input):
    """How many children: `count`, or one for each of `tag_values` under the tag `tag_key`.
    `run_ids` may be chosen, one for each, so that making them twice is refused."""

    count = Whole(required=False, min_value=1, max_value=1000)
    tag_key = Name(required=False)
    tag_values = serializers.ListField(child=Text(), required=False, max_length=1000)
    run_ids = serializers.ListField(child=Name(max_length=256), required=False, max_length=1000)
    name = Text(default="", max_length=500)
    kind = serializers.ChoiceField(RunKind.choices, default=RunKind.INTERACTIVE)
    status = serializers.ChoiceField(Status.choices, default=Status.RUNNING)


class ChildrenQuery(PageQuery):
    """How deep to look, and which page."""

    recursive = Flag(default=False, help_text="The whole tree, not only direct children.")


class ChildrenOut(serializers.Serializer):
    """The child runs that were made."""

    items = RunOut(many=True)


class Children(Endpoint):
    """The children of a run."""

    @describe(
        "List the child runs of a run in the order they were made, page by page",
        query=ChildrenQuery,
        gives=page_of(RunOut),
        shows={"items": [CHILD], "next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(ChildrenQuery)
        after = read_key(asked.pop("after"), int)
        page = list_child_documents(run, after=after, **asked)
        items = RunOut(page.items, many=True).data
        return Response({"items": items, "next": write_key(page.next)})

    @describe(
        "Make many child runs in one call, all or none",
        body=NewChildren,
        sends={"tag_key": "fold", "tag_values": ["1", "2", "3"]},
        gives=ChildrenOut,
        shows={"items": [CHILD]},
        status=201,
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        made = services.create_children(
            parent=get_run(self.workspace, run_id), **who(self), **self.read_body(NewChildren)
        )
        documents = read_records([run.id for run in made])
        return Response({"items": RunOut(documents, many=True).data}, status=201)
