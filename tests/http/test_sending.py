"""A file and a zip are sent alike at every door: parts, versions, names."""

import io
import zipfile

import pytest
from django.http import HttpResponse
from django.test import Client

from runs.artifacts.logs.appending import append_log
from runs.artifacts.services import save_file
from runs.artifacts.snapshots.services import save_snapshot
from runs.tracking.models import Run
from runs.tracking.services import update_run
from runs.tracking.statuses import Status
from tests.factories import make_run

FILE = {
    "web": "/w/default/runs/run-1/files/outputs/a.bin",
    "api": "/api/v1/runs/run-1/files/outputs/a.bin",
    "mlflow": "/api/2.0/mlflow-artifacts/artifacts/0/run-1/artifacts/outputs/a.bin",
    "mlflow page": "/get-artifact?run_id=run-1&path=outputs/a.bin",
    "web snapshot": "/w/default/runs/run-1/snapshot/files/a.bin",
    "api snapshot": "/api/v1/runs/run-1/snapshot/files/a.bin",
}
ZIP = {"web": "/w/default/runs/run-1/zip", "api": "/api/v1/runs/run-1/zip"}
files = pytest.mark.parametrize("address", FILE.values(), ids=FILE.keys())
zips = pytest.mark.parametrize("address", ZIP.values(), ids=ZIP.keys())


@pytest.fixture
def run(db, settings, tmp_path) -> Run:
    settings.FILES_DIR, settings.STUDIO_OPEN = tmp_path / "files", True
    run = make_run(run_id="run-1")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.bin", b"0123456789")
    save_snapshot(run=run, chunks=[archive.getvalue()])
    write(run, b"0123456789")
    update_run(run=run, status=Status.COMPLETED)
    return run


def write(run: Run, data: bytes) -> None:
    save_file(owner=run, path="outputs/a.bin", chunks=[data])


def get(address: str, **headers: str) -> HttpResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().get(address, headers=names)


@files
def test_a_download_is_resumed_while_the_file_is_the_same(run, address):
    whole = get(address)
    assert (whole.getvalue(), whole["Accept-Ranges"]) == (b"0123456789", "bytes")
    rest = get(address, range="bytes=4-", if_range=whole["ETag"])
    assert (rest.status_code, rest.getvalue()) == (206, b"456789")
    assert (rest["Content-Range"], rest["ETag"]) == ("bytes 4-9/10", whole["ETag"])


@files
def test_a_part_is_not_joined_to_another_version(run, address):
    stale = get(address, range="bytes=4-", if_range='"another"')
    assert (stale.status_code, stale.getvalue()) == (200, b"0123456789")


@pytest.mark.parametrize("door", ["web", "api", "mlflow", "mlflow page"])
def test_a_file_that_was_replaced_is_sent_whole(run, door):
    before = get(FILE[door])["ETag"]
    write(run, b"abcdefghij")
    answer = get(FILE[door], range="bytes=4-", if_range=before)
    assert (answer.status_code, answer.getvalue()) == (200, b"abcdefghij")


@files
def test_what_the_client_has_is_not_sent_again(run, address):
    etag = get(address)["ETag"]
    for held in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        assert get(address, if_none_match=held).status_code == 304, held
    assert get(address, if_none_match='"x"').status_code == 200


@pytest.mark.parametrize("query", ["", "?inline=1"])
def test_a_file_the_client_has_stays_in_its_sandbox(run, query):
    """A browser takes the headers of a 304 over into its copy."""
    first = get(FILE["web"] + query)
    again = get(FILE["web"] + query, if_none_match=first["ETag"])
    for name in ("Content-Security-Policy", "Content-Disposition", "X-Frame-Options"):
        assert again[name] == first[name], name


@files
def test_a_range_behind_the_end_is_refused(run, address):
    answer = get(address, range="bytes=10-")
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */10")


@files
def test_a_head_tells_the_length_and_sends_nothing(run, address):
    answer = Client().head(address)
    assert (answer["Content-Length"], answer.getvalue()) == ("10", b"")


@files
def test_a_file_is_an_attachment_in_a_sandbox(run, address):
    answer = get(address)
    assert answer["Content-Disposition"] == "attachment; filename=a.bin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_growing_log_has_no_version_until_its_end(run):
    log = make_run(run_id="run-2")
    append_log(run=log, path="a.log", offset=0, data=b"one\n")
    answer = get("/w/default/runs/run-2/files/a.log", range="bytes=1-", if_range='""')
    assert (answer.status_code, "ETag" in answer) == (200, False)


@zips
def test_a_zip_is_resumed(run, address):
    whole = get(address)
    data = whole.getvalue()
    rest = get(address, range="bytes=50-", if_range=whole["ETag"])
    assert (rest.status_code, data[:50] + rest.getvalue()) == (206, data)
    assert zipfile.ZipFile(io.BytesIO(data)).read("outputs/a.bin") == b"0123456789"
    assert get(address, range="bytes=50-", if_range='"another"').status_code == 200


@zips
@pytest.mark.parametrize("more", ["", "&logs=1", "&compress=1"])
def test_the_zip_of_an_absent_folder_is_not_found(run, address, more):
    assert get(f"{address}?path=nothing{more}").status_code == 404
    assert get(f"{address}?path=outputs/a{more}").status_code == 404


@zips
def test_the_zip_of_a_file_is_the_file(run, address):
    answer = get(f"{address}?path=outputs/a.bin")
    assert (answer.status_code, answer.getvalue()) == (200, b"0123456789")
    assert answer["Content-Disposition"] == "attachment; filename=a.bin"


@zips
def test_the_zip_of_a_folder_without_logs_is_empty(run, address):
    data = get(f"{address}?path=outputs&logs=1").getvalue()
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == []
