"""Files of runs as zips: streamed, with a length, resumable where the runs have ended."""

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from runs.api.endpoint import Endpoint
from runs.api.files import RANGE
from runs.api.inputs import Flag, Input, Name, Text
from runs.api.schema import BINARY, describe
from runs.artifacts.zipping.plans import plan_zip
from runs.http.sending import send_folder, send_zip
from runs.table.bulk import get_runs
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

MOST_RUNS = 500
ZIP = {(200, "application/zip"): BINARY, (206, "application/zip"): BINARY, 304: None}
# A path that names one file is answered with the file itself.
ZIP_OR_FILE = ZIP | {(200, "*/*"): BINARY, (206, "*/*"): BINARY}


class ZipQuery(Input):
    """What goes in."""

    logs = Flag(default=False, help_text="Only the logs.")
    compress = Flag(default=False, help_text="Deflated; then it cannot be resumed.")


class RunZipQuery(ZipQuery):
    """What goes in, of one run."""

    path = Text(
        default="",
        help_text="A folder, or one file that is then sent as it is; empty is everything.",
    )


class RunsZipQuery(ZipQuery):
    """Which runs; each gets a folder of its own."""

    run = serializers.ListField(
        child=Name(), min_length=1, max_length=MOST_RUNS, help_text="Ids of runs; repeat it."
    )


class RunZip(Endpoint):
    """The files of a run."""

    @describe(
        "Download a folder of a run as a zip", query=RunZipQuery, headers=[RANGE],
        more=ZIP_OR_FILE, also=(410, 416),
    )  # fmt: skip
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> HttpResponseBase:
        run, asked = get_run(self.workspace, run_id), self.read_query(RunZipQuery)
        return send_folder(
            request, run, asked["path"], logs_only=asked["logs"], compress=asked["compress"]
        )


class RunsZip(Endpoint):
    """The files of several runs."""

    @describe(
        "Download the files of several runs as one zip", query=RunsZipQuery, headers=[RANGE],
        more=ZIP, also=(410, 416),
    )  # fmt: skip
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request) -> HttpResponseBase:
        asked = self.read_query(RunsZipQuery)
        run_ids = list(dict.fromkeys(asked["run"]))
        plan = plan_zip(
            get_runs(workspace=self.workspace, run_ids=run_ids), logs_only=asked["logs"]
        )
        return send_zip(request, plan, compress=asked["compress"])
