"""Saved views: the query string of a page under a name."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, nothing
from runs.api.inputs import Flag, Input, Name, Text, Whole
from runs.api.schema import describe
from runs.api.seen_texts import seen, take_seen
from runs.table import saved_views
from runs.table.models import SavedView
from runs.tracking.models import Experiment
from runs.tracking.queries import get_experiment
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

VIEW = {
    "id": 4,
    "name": "Best of the week",
    "query": "q=created+%3E+-7d&sort=metrics.loss%3Amin",
    "experiment": None,
    "shared": True,
    "is_default": False,
    "mine": True,
    "owner": "ada",
}


class ViewsQuery(Input):
    """Of which page."""

    experiment = Whole(required=False, min_value=0, help_text="Of this experiment's page.")


class NewView(Input):
    """A view to keep."""

    name = Name(max_length=128)
    query = Text(max_length=100_000)
    shared = Flag(default=False)
    experiment = Whole(required=False, min_value=0, allow_null=True)


class ViewChange(Input):
    """What may be changed; what is left out stays. A default view is shared."""

    name = Name(required=False, max_length=128)
    query = Text(required=False, max_length=100_000)
    shared = Flag(required=False)
    is_default = Flag(required=False)
    query_seen = seen("query")


class ViewOut(serializers.Serializer):
    """A saved view; `experiment` is null for the page of all runs."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(allow_blank=True)
    experiment = serializers.IntegerField(source="experiment.number", default=None, allow_null=True)
    shared = serializers.BooleanField()
    is_default = serializers.BooleanField()
    mine = serializers.SerializerMethodField()
    owner = serializers.CharField(source="owner.username", default="")

    def get_mine(self, view: SavedView) -> bool:
        """Whether the one who asks has saved it."""
        user = self.context["user"]
        return view.owner_id == (user and user.id)


class ViewsOut(serializers.Serializer):
    """One's own views and those that others share, by name."""

    items = ViewOut(many=True)


class SavedViews(Endpoint):
    """The saved views of a page."""

    @describe("List saved views", query=ViewsQuery, gives=ViewsOut, shows={"items": [VIEW]})
    @Access(Action.VIEW_READ, ("GET",))
    def get(self, request: Request) -> Response:
        found = saved_views.list_views(
            **mine(self),
            experiment=experiment_of(self, self.read_query(ViewsQuery)),
            role=self.role,
        )
        return Response({"items": [shape(self, view) for view in found]})

    @describe(
        "Save a view",
        body=NewView,
        sends={"name": VIEW["name"], "query": VIEW["query"], "shared": True},
        gives=ViewOut,
        shows=VIEW,
        status=201,
    )
    @Access(Action.VIEW_WRITE, ("POST",))
    def post(self, request: Request) -> Response:
        body = self.read_body(NewView)
        experiment = experiment_of(self, body)
        body.pop("experiment", None)
        made = saved_views.save_view(**mine(self), experiment=experiment, role=self.role, **body)
        return Response(shape(self, made), status=201)


class OneSavedView(Endpoint):
    """One's own saved view; for an owner of the workspace also one that somebody else shares."""

    @describe(
        "Change one's own view, or as an owner of the workspace a shared one",
        body=ViewChange,
        sends={"name": "Best", "is_default": True},
        gives=ViewOut,
        shows=VIEW | {"name": "Best", "is_default": True},
    )
    @Access(Action.VIEW_WRITE, ("PATCH",))
    def patch(self, request: Request, view_id: int) -> Response:
        changes = self.read_body(ViewChange)
        if (query := take_seen(changes).get("query")) is not None:
            changes["seen"] = query
        view = saved_views.update_view(
            **mine(self), view_id=view_id, changes=changes, role=self.role
        )
        return Response(shape(self, view))

    @describe("Delete one's own view, or as an owner of the workspace a shared one", status=204)
    @Access(Action.VIEW_WRITE, ("DELETE",))
    def delete(self, request: Request, view_id: int) -> Response:
        saved_views.delete_view(**mine(self), view_id=view_id, role=self.role)
        return nothing()


def mine(view: Endpoint) -> dict[str, Any]:
    return {"workspace": view.workspace, "user": view.principal.user}


def experiment_of(view: Endpoint, asked: dict[str, Any]) -> Experiment | None:
    number = asked.get("experiment")
    return None if number is None else get_experiment(view.workspace, number)


def shape(view: Endpoint, saved: SavedView) -> dict[str, Any]:
    return ViewOut(saved, context={"user": view.principal.user}).data
