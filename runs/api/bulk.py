"""One change to many runs."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint
from runs.api.inputs import Input, Name, Text
from runs.api.schema import describe
from runs.table.bulk import CHANGES, change_runs
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action


class BulkChange(Input):
    """What to do with which runs; `tag` takes key and value, `move` the name of an experiment."""

    action = serializers.ChoiceField([*CHANGES, "tag", "move"])
    run_ids = serializers.ListField(child=Name(), max_length=100_000)
    key = Name(required=False)
    value = Text(required=False, allow_null=True)
    experiment = Name(required=False)


class BulkOut(serializers.Serializer):
    """How many runs were changed."""

    count = serializers.IntegerField()


class Bulk(Endpoint):
    """Many runs at once."""

    @describe(
        "Archive, restore, delete, tag or move many runs",
        body=BulkChange,
        sends={"action": "tag", "run_ids": ["5f1c7d2e"], "key": "quality", "value": "good"},
        gives=BulkOut,
        shows={"count": 1},
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request) -> Response:
        count = change_runs(workspace=self.workspace, **self.read_body(BulkChange))
        return Response({"count": count})
