"""Files of a run: list, upload, download with ranges, delete."""

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.inputs import Flag, Input, Name, Text, Whole
from runs.api.schema import BINARY, describe
from runs.artifacts.listing import list_page
from runs.artifacts.queries import get_file
from runs.artifacts.services import delete_path, save_file
from runs.artifacts.texts import save_texts
from runs.http.bodies import declared_bytes, read_chunks
from runs.http.cursors import read_key, write_key
from runs.http.sending import send_file
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

UNASKED_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_CHARS = 1_000_000
RANGE = OpenApiParameter(
    "Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Such as bytes=100-199."
)
ENTRY = {
    "path": "outputs/model.pkl",
    "name": "model.pkl",
    "is_dir": False,
    "size_bytes": 12_345,
    "updated_ms": 1_780_000_000_000,
    "growing": False,
    "content_type": "application/octet-stream",
}
FILE = {name: ENTRY[name] for name in ("path", "size_bytes", "updated_ms", "content_type")}


class FolderQuery(Input):
    """Which folder, and which page of it."""

    path = Text(default="", help_text="A folder; empty is the root.")
    recursive = Flag(default=False, help_text="All files at any depth instead of one level.")
    limit = Whole(min_value=1, max_value=10_000, default=1000)
    after = Text(default="", help_text="The `next` of the page before; empty for the first page.")


class EntryOut(serializers.Serializer):
    """A file or a folder."""

    path = serializers.CharField()
    name = serializers.CharField()
    is_dir = serializers.BooleanField()
    size_bytes = serializers.IntegerField()
    updated_ms = serializers.IntegerField()
    growing = serializers.BooleanField()
    content_type = serializers.CharField(allow_blank=True)


class FolderOut(serializers.Serializer):
    """A page of a listing, in the order of paths."""

    items = EntryOut(many=True)
    next = serializers.CharField(allow_null=True)


class FileOut(serializers.Serializer):
    """A file that is stored."""

    path = serializers.CharField()
    size_bytes = serializers.IntegerField()
    crc32 = serializers.IntegerField()
    content_type = serializers.CharField()
    updated_ms = serializers.IntegerField()


class TextFile(Input):
    """A small file and all of its text."""

    path = Name()
    text = Text(max_length=MOST_CHARS)


def bytes_of(files: list[dict[str, str]]) -> dict[str, bytes]:
    """Return the bytes of small files by their paths."""
    return {file["path"]: file["text"].encode() for file in files}


class TextFiles(Input):
    """Several small files."""

    files = serializers.ListField(child=TextFile(), min_length=1, max_length=100)


class FreedOut(serializers.Serializer):
    """How many bytes were freed."""

    freed_bytes = serializers.IntegerField()


class Files(Endpoint):
    """The tree of files of a run."""

    @describe(
        "List files of a run",
        query=FolderQuery,
        gives=FolderOut,
        shows={"items": [ENTRY], "next": None},
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(FolderQuery)
        after = read_key(asked.pop("after"), str)
        page = list_page(run, after=after or "", **asked)
        return answer(FolderOut, {"items": page.items, "next": write_key(page.next)})

    @describe(
        "Store small files of text at once; what was there is replaced",
        body=TextFiles,
        sends={"files": [{"path": "logs/info.txt", "text": "ready"}]},
        status=204,
    )
    @Access(Action.FILE_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        texts = bytes_of(self.read_body(TextFiles)["files"])
        save_texts(run=get_run(self.workspace, run_id), texts=texts)
        return nothing()


class OneFile(Endpoint):
    """One file of a run, by its path."""

    @describe(
        "Download a file, in whole or a range of it",
        headers=[RANGE],
        more={
            (200, "*/*"): BINARY,
            (206, "*/*"): BINARY,
            304: None,
        },
        also=(410, 416),
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str, path: str) -> HttpResponseBase:
        return send_file(request, get_file(get_run(self.workspace, run_id), path))

    @describe(
        "Upload a file; what was there is replaced at once and completely",
        body={"application/octet-stream": OpenApiTypes.BINARY},
        gives=FileOut,
        shows=FILE | {"crc32": 3_421_780_262},
    )
    @Access(Action.FILE_WRITE, ("PUT",), None)
    def put(self, request: Request, run_id: str, path: str) -> Response:
        file = save_file(
            owner=get_run(self.workspace, run_id),
            path=path,
            chunks=read_chunks(request),
            content_type=type_sent(request),
            size_bytes=declared_bytes(request),
        )
        return answer(FileOut, file)

    @describe(
        "Delete a file or a folder with everything in it; nothing there is fine",
        gives=FreedOut,
        shows={"freed_bytes": 12_345},
    )
    @Access(Action.FILE_WRITE, ("DELETE",))
    def delete(self, request: Request, run_id: str, path: str) -> Response:
        freed = delete_path(owner=get_run(self.workspace, run_id), path=path)
        return Response({"freed_bytes": freed})


def type_sent(request: Request) -> str:
    """Return the type the client gives for the file; the defaults of tools are ignored."""
    sent = request.content_type or ""
    return "" if sent.startswith(UNASKED_TYPES) else sent
