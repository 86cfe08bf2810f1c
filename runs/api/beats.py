"""Signs of life of clients that run by themselves."""

from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, nothing
from runs.api.schema import describe
from runs.tracking.queries import get_run
from runs.tracking.silence import wake_silent
from runs.tracking.statuses import Status
from runs.tracking.words import note_word
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action


class RunBeat(Endpoint):
    """The life of a run that no cluster runs."""

    @describe(
        "Tell that the client of a run lives; send it every 10 s: without one for 45 s the run is "
        "NotResponding, until it comes again",
        status=204,
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        note_word(run.pk, beats=True)
        if run.status == Status.NOT_RESPONDING:
            wake_silent([run.pk])
        return nothing()
