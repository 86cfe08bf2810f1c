"""Logs of a run: append by offset, follow, read lines, search."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.files import EntryOut
from runs.api.inputs import Flag, Input, Name, Whole
from runs.api.schema import BINARY, describe
from runs.artifacts.listing import entry_of
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.logs.conventions import list_logs
from runs.artifacts.logs.query import parse_query
from runs.artifacts.logs.reading import MAX_COUNT, MAX_PART_BYTES, read_lines, read_log
from runs.artifacts.logs.searching import FileSearch, search_file
from runs.artifacts.models import File
from runs.artifacts.queries import get_file
from runs.http.bodies import read_body
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

PATH = "azureml-logs/70_driver_log.txt"
LINE = {
    "no": 1,
    "byte": 0,
    "size_bytes": 16,
    "text": "Hello from run!",
    "level": "",
    "cut": False,
    "received_ms": 1_780_000_000_000,
}
HEADERS = ("Log-Start", "Log-Next", "Log-Size", "Log-Growing")


class LogQuery(Input):
    """Which log."""

    path = Name(help_text=f"Such as {PATH}.")


class AppendQuery(LogQuery):
    """Where the bytes of the body belong."""

    offset = Whole(min_value=0, help_text="The byte of the log at which the body begins.")


class TailQuery(LogQuery):
    """Which bytes."""

    start = Whole(default=0, help_text="The first byte; a negative one counts from the end.")
    limit = Whole(min_value=1, max_value=MAX_PART_BYTES, default=MAX_PART_BYTES)


class LinesQuery(LogQuery):
    """Which lines: one of these says where, else the beginning."""

    first_line = Whole(required=False, min_value=1)
    last = Flag(default=False, help_text="The last ones.")
    from_byte = Whole(required=False, min_value=0)
    before_byte = Whole(required=False, min_value=0)
    around_byte = Whole(required=False, min_value=0)
    at_ms = Whole(
        required=False,
        min_value=0,
        help_text="Around the line that arrived then, if times are known.",
    )
    count = Whole(min_value=1, max_value=MAX_COUNT, default=200)


class SearchQuery(LogQuery):
    """What to look for, from where on."""

    q = Name(max_length=1000, help_text="A text, or with regex=true a regular expression (RE2).")
    regex = Flag(default=False)
    match_case = Flag(default=False)
    from_byte = Whole(min_value=0, default=0)
    limit = Whole(min_value=1, max_value=1000, default=1000)


class OffsetOut(serializers.Serializer):
    """Where to go on."""

    next_offset = serializers.IntegerField()


class LineOut(serializers.Serializer):
    """A line as it is shown; `no` is null while a huge file is being counted."""

    no = serializers.IntegerField(allow_null=True)
    byte = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    level = serializers.CharField(allow_blank=True)
    cut = serializers.BooleanField(source="is_cut")
    received_ms = serializers.IntegerField(
        allow_null=True,
        help_text="When the line began to arrive: to about a second, coarser in a log of days; "
        "null where it is not known, as in a file that was sent as a whole.",
    )


class LinesOut(serializers.Serializer):
    """Consecutive lines; go on with `from_byte` = `next_byte`."""

    items = LineOut(source="lines", many=True)
    first_byte = serializers.IntegerField()
    next_byte = serializers.IntegerField()
    total_bytes = serializers.IntegerField()
    total_lines = serializers.IntegerField(allow_null=True)
    at_end = serializers.BooleanField()
    growing = serializers.BooleanField()


class HitOut(serializers.Serializer):
    """A line with a match; `spans` are the matches in its text."""

    no = serializers.IntegerField(allow_null=True)
    byte = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    spans = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class HitsOut(serializers.Serializer):
    """Hits; go on with `from_byte` = `next_byte` until that is null."""

    items = HitOut(many=True)
    next_byte = serializers.IntegerField(allow_null=True)


class LogsOut(serializers.Serializer):
    """The logs, the one to open first in front."""

    items = EntryOut(many=True)


class Logs(Endpoint):
    """The logs of a run."""

    @describe(
        "List the logs of a run, the one to open first in front",
        gives=LogsOut,
        shows={
            "items": [
                {
                    "path": PATH,
                    "name": "70_driver_log.txt",
                    "is_dir": False,
                    "size_bytes": 16,
                    "updated_ms": 1_780_000_000_000,
                    "growing": True,
                    "content_type": "text/plain",
                }
            ]
        },
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        found = list_logs(get_run(self.workspace, run_id))
        return answer(LogsOut, {"items": [entry_of(file) for file in found]})

    @describe(
        "Append to a log: the same bytes at the same offset are stored once",
        query=AppendQuery,
        body={"application/octet-stream": OpenApiTypes.BINARY},
        gives=OffsetOut,
        shows={"next_offset": 16},
    )
    @Access(Action.FILE_WRITE, ("PATCH",), settings.STUDIO_MAX_BODY_BYTES)
    def patch(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(AppendQuery)
        data = read_body(request, settings.STUDIO_MAX_BODY_BYTES)
        return Response({"next_offset": append_log(run=run, data=data, **asked)})


class FinishLog(Endpoint):
    """The end of a log."""

    @describe("Say that a log is complete", body=LogQuery, sends={"path": PATH}, status=204)
    @Access(Action.FILE_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        finish_log(run=get_run(self.workspace, run_id), **self.read_body(LogQuery))
        return Response(status=204)


class LogTail(Endpoint):
    """The bytes of a log, to follow it."""

    @describe(
        "Read bytes of a log; the header Log-Next says where to go on",
        query=TailQuery,
        more={(200, "application/octet-stream"): BINARY},
        headers=[
            OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200])
            for name in HEADERS
        ],
        also=(410,),
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> HttpResponse:
        asked = self.read_query(TailQuery)
        part = read_log(self.find(run_id, asked), asked["start"], asked["limit"])
        growing = "true" if part.growing else "false"
        facts = (str(part.start), str(part.next_byte), str(part.size_bytes), growing)
        return HttpResponse(
            part.data,
            content_type="application/octet-stream",
            headers=dict(zip(HEADERS, facts, strict=True)),
        )

    def find(self, run_id: str, asked: dict[str, Any]) -> File:
        """Return the log that is asked for. Raises NotFound, UnknownFile, InvalidPath."""
        return get_file(get_run(self.workspace, run_id), asked.pop("path"))


class LogLines(LogTail):
    """The lines of a log, decoded to be shown."""

    @describe(
        "Read lines of a log",
        query=LinesQuery,
        gives=LinesOut,
        shows={
            "items": [LINE],
            "first_byte": 0,
            "next_byte": 16,
            "total_bytes": 16,
            "total_lines": 1,
            "at_end": True,
            "growing": False,
        },
        also=(410,),
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        asked = self.read_query(LinesQuery)
        return answer(LinesOut, read_lines(self.find(run_id, asked), **asked))


class LogSearch(LogTail):
    """The lines of a log with a match."""

    @describe(
        "Search the whole of a log",
        query=SearchQuery,
        gives=HitsOut,
        shows={
            "items": [{"no": 7, "byte": 96, "text": "Hello from run!", "spans": [[0, 5]]}],
            "next_byte": None,
        },
        also=(410,),
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        asked = self.read_query(SearchQuery)
        file = self.find(run_id, asked)
        query = parse_query(asked["q"], is_regex=asked["regex"], match_case=asked["match_case"])
        search: FileSearch = search_file(
            file, query, from_byte=asked["from_byte"], limit=asked["limit"]
        )
        return answer(HitsOut, {"items": list(search), "next_byte": search.resume_byte})
