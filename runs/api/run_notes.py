"""What is written beside a run: tags, properties (once), params (once)."""

from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, nothing
from runs.api.inputs import Input, TagMap, TextMap
from runs.api.schema import describe
from runs.tracking import services
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action


class RunTagsIn(Input):
    """Tags to write; null is a tag without a value, and the last value of a key wins."""

    tags = TagMap()


class PropertiesIn(Input):
    """Properties to write. One that is there already is refused, whatever its value."""

    properties = TextMap()


class ParamsIn(Input):
    """Params to write. The same value again is fine; another one is refused."""

    params = TextMap()


class RunTags(Endpoint):
    """The tags of a run."""

    @describe(
        "Write tags of a run, all or none",
        body=RunTagsIn,
        sends={"tags": {"quality": "fantastic run", "worth another look": None}},
        status=204,
    )
    @Access(Action.RUN_WRITE, ("PATCH",))
    def patch(self, request: Request, run_id: str) -> Response:
        run, by = get_run(self.workspace, run_id), self.principal.name
        services.set_tags(run=run, by=by, **self.read_body(RunTagsIn))
        return nothing()


class OneRunTag(Endpoint):
    """One tag of a run."""

    @describe("Remove a tag of a run", status=204)
    @Access(Action.RUN_WRITE, ("DELETE",))
    def delete(self, request: Request, run_id: str, key: str) -> Response:
        run, by = get_run(self.workspace, run_id), self.principal.name
        services.delete_tag(run=run, key=key, by=by)
        return nothing()


class Properties(Endpoint):
    """The properties of a run."""

    @describe(
        "Write properties of a run, all or none, once for ever",
        body=PropertiesIn,
        sends={"properties": {"git.commit": "9f2c1d0"}},
        status=204,
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        services.add_properties(run=run, **self.read_body(PropertiesIn))
        return nothing()


class Params(Endpoint):
    """The params of a run."""

    @describe(
        "Write params of a run, all or none",
        body=ParamsIn,
        sends={"params": {"lr": "0.1", "depth": "3"}},
        status=204,
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        services.log_params(run=get_run(self.workspace, run_id), **self.read_body(ParamsIn))
        return nothing()
