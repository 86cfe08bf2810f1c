"""Files, zips and disk use over the REST API."""

import io
import zipfile

import pytest

from runs.artifacts.models import File, RunUsage, StoredText
from runs.artifacts.stores.database import MOST_BYTES
from runs.workspaces.permissions import Role
from tests.factories import make_member, make_run, make_token

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def put(api, run_id):
    def put(path, data, kind="application/octet-stream", **more):
        return api.ask("PUT", f"runs/{run_id}/files/{path}", data=data, kind=kind, **more)

    return put


def test_a_file_is_uploaded_and_downloaded(api, run_id, put):
    stored = put("outputs/model.bin", b"0123456789", kind="application/octet-stream")
    assert (stored.status, stored.body["size_bytes"]) == (200, 10)
    got = api.get(f"runs/{run_id}/files/outputs/model.bin")
    assert (got.status, got.body) == (200, b"0123456789")
    assert got.headers["Content-Disposition"] == "attachment; filename=model.bin"
    assert "sandbox" in got.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "told", "sent"),
    [
        ("bytes=2-4", "bytes 2-4/10", b"234"),
        ("bytes=7-", "bytes 7-9/10", b"789"),
        ("bytes=-2", "bytes 8-9/10", b"89"),
    ],
)
def test_a_range_of_a_file_is_sent(api, run_id, put, asked, told, sent):
    put("a.bin", b"0123456789")
    got = api.get(f"runs/{run_id}/files/a.bin", range=asked)
    assert (got.status, got.headers["Content-Range"], got.body) == (206, told, sent)


def test_a_range_that_is_not_there_is_refused(api, run_id, put):
    put("a.bin", b"0123456789")
    got = api.get(f"runs/{run_id}/files/a.bin", range="bytes=20-")
    assert (got.status, got.headers["Content-Range"]) == (416, "bytes */10")


def test_a_file_that_did_not_change_is_not_sent_again(api, run_id, put):
    put("a.bin", b"1")
    etag = api.get(f"runs/{run_id}/files/a.bin").headers["ETag"]
    assert api.get(f"runs/{run_id}/files/a.bin", if_none_match=etag).status == 304
    put("a.bin", b"2")
    assert api.get(f"runs/{run_id}/files/a.bin", if_none_match=etag).body == b"2"


def test_the_head_of_a_file_tells_its_size(api, run_id, put):
    put("a.bin", b"0123456789")
    head = api.ask("HEAD", f"runs/{run_id}/files/a.bin")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, "10", b"")


def test_a_cut_upload_leaves_nothing(put):
    cut = put("a.bin", b"", environ={"wsgi.input": io.BytesIO(b"123"), "CONTENT_LENGTH": "10"})
    assert (cut.status, cut.code) == (400, "invalid_value")
    assert File.objects.count() == 0


@pytest.mark.both_databases
def test_folders_are_listed_level_by_level_or_whole(api, run_id, put):
    for path in ("a/1.txt", "a/2.txt", "b/c/3.txt", "z.txt"):
        put(path, b"x")
    level = api.get(f"runs/{run_id}/files").body["items"]
    assert [(one["path"], one["is_dir"]) for one in level] == [
        ("a", True), ("b", True), ("z.txt", False),
    ]  # fmt: skip
    first = api.get(f"runs/{run_id}/files", {"recursive": "1", "limit": 3}).body
    assert [one["path"] for one in first["items"]] == ["a/1.txt", "a/2.txt", "b/c/3.txt"]
    rest = api.get(f"runs/{run_id}/files", {"recursive": "1", "after": first["next"]}).body
    assert [one["path"] for one in rest["items"]] == ["z.txt"]
    assert api.get(f"runs/{run_id}/files", {"path": "b/c"}).body["items"][0]["name"] == "3.txt"


def test_a_folder_is_deleted_with_what_is_in_it(api, run_id, put):
    put("a/1.txt", b"12")
    put("a/2.txt", b"3")
    assert api.delete(f"runs/{run_id}/files/a").body == {"freed_bytes": 3}
    assert api.get(f"runs/{run_id}/files/a/1.txt").code == "not_found"
    assert api.delete(f"runs/{run_id}/files/a").body == {"freed_bytes": 0}


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "..%2f..%2fx", "%252e%252e/x", "/etc/passwd", "C:/x", "a%00b"]
)
def test_no_path_leaves_the_run(api, run_id, put, path):
    assert put(path, b"x").status in (400, 404)
    assert api.get(f"runs/{run_id}/files/{path}").status in (400, 404)
    assert File.objects.count() == 0


def test_a_file_is_no_folder(put):
    put("a", b"x")
    assert put("a/b", b"x").code == "path_taken"


def test_a_deleted_run_takes_no_files(api, run_id, put):
    api.delete(f"runs/{run_id}")
    assert put("a", b"x").code == "deleted"


def test_an_uploaded_image_is_logged_as_a_metric(api, run_id, put):
    put("images/plot.png", PNG, kind="application/x-www-form-urlencoded")
    put("notes.txt", b"x")
    image = {"kind": "image", "name": "plot", "path": "images/plot.png"}
    assert api.post(f"runs/{run_id}/metrics", {"metrics": [image]}).body == {"stored": True}
    [metric] = api.get(f"runs/{run_id}/metrics").body["items"]
    assert (metric["form"], metric["artifact"]["path"]) == ("image", "images/plot.png")
    text = image | {"path": "notes.txt"}
    assert api.post(f"runs/{run_id}/metrics", {"metrics": [text]}).code == "invalid_value"


@pytest.mark.both_databases
def test_a_document_is_downloaded_as_it_was_logged(api, run_id):
    data = {"bin_edges": [0, 1], "bin_counts": [2]}
    document = {"schema_type": "residuals", "schema_version": "1.0.0", "data": data}
    value = {"kind": "residuals", "name": "r", "value": document}
    api.post(f"runs/{run_id}/metrics", {"metrics": [value]})
    [metric] = api.get(f"runs/{run_id}/metrics/artifacts").body["items"]
    assert api.get(f"runs/{run_id}/files/{metric['path']}").body == document


def test_a_run_is_downloaded_as_a_zip_and_resumed(api, run_id, put):
    put("outputs/a.txt", b"hello")
    put("logs/b.log", b"line")
    api.patch(f"runs/{run_id}", {"status": "Completed"})
    whole = api.get(f"runs/{run_id}/zip")
    with zipfile.ZipFile(io.BytesIO(whole.body)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["logs/b.log", "outputs/a.txt"]
    etag = whole.headers["ETag"]
    rest = api.get(f"runs/{run_id}/zip", range="bytes=10-", if_range=etag)
    assert (rest.status, whole.body[:10] + rest.body) == (206, whole.body)
    logs = zipfile.ZipFile(io.BytesIO(api.get(f"runs/{run_id}/zip", {"logs": "1"}).body))
    assert logs.namelist() == ["logs/b.log"]
    small = api.get(f"runs/{run_id}/zip", {"compress": "true", "path": "outputs"})
    assert zipfile.ZipFile(io.BytesIO(small.body)).read("outputs/a.txt") == b"hello"


def test_several_runs_are_one_zip_with_a_folder_each(api):
    ids = [api.make_run(name=name) for name in ("one", "two")]
    for run_id in ids:
        api.ask("PUT", f"runs/{run_id}/files/a.txt", data=b"x")
    archive = zipfile.ZipFile(io.BytesIO(api.get("zip", {"run": ids}).body))
    assert sorted(archive.namelist()) == ["one/a.txt", "two/a.txt"]
    assert api.get("zip").field == "run"
    assert api.get("zip", {"run": "unknown"}).code == "not_found"


def test_disk_use_is_counted(api, run_id, put):
    put("a", b"123")
    put("b/c", b"4567")
    used = {"size_bytes": 7, "file_count": 2}
    assert api.get(f"runs/{run_id}/disk").body == used
    assert api.get("experiments/0/disk").body == used
    told = api.get("disk").body
    assert (told["workspace"], told["studio"]) == (used, used)
    assert told["experiments"] == [{"number": 0, "name": "Default", **used}]


def test_a_purge_frees_what_was_shown_beforehand(api, run_id, put):
    put("a", b"123")
    body = {"run_ids": [run_id]}
    assert api.post("purge", body).code == "not_deleted"
    api.delete(f"runs/{run_id}")
    shown = api.post("purge/preview", body).body
    assert shown == {
        "runs": 1, "experiments": 0, "points": 0, "size_bytes": 3, "file_count": 1
    }  # fmt: skip
    assert api.post("purge", body).body == {**shown, "is_done": True}
    assert api.post("purge/preview", body).code == "not_found"
    assert api.get(f"runs/{run_id}").code == "not_found"


@pytest.mark.both_databases
def test_runs_are_listed_by_the_room_they_take(api, run_id, put):
    put("a", b"123")
    large = api.make_run()
    api.ask("PUT", f"runs/{large}/files/b", data=b"12345")
    api.make_run()
    first = api.get("disk/runs", {"limit": 1}).body
    assert [one["run_id"] for one in first["items"]] == [large]
    assert (first["items"][0]["size_bytes"], first["items"][0]["file_count"]) == (5, 1)
    second = api.get("disk/runs", {"limit": 1, "after": first["next"]}).body
    assert [one["run_id"] for one in second["items"]] == [run_id]
    assert second["next"] is None
    assert api.get("disk/runs", {"after": "x"}).code == "invalid_value"


def test_only_owners_purge_and_see_all_of_the_studio(contributor, workspace):
    run = make_run()
    assert contributor.post("purge", {"run_ids": [run.run_id]}).code == "not_allowed"
    assert contributor.get("disk").body["studio"] is None


def test_a_reader_uploads_nothing(reader, workspace):
    run = make_run()
    assert reader.ask("PUT", f"runs/{run.run_id}/files/a", data=b"x").code == "not_allowed"
    assert reader.get(f"runs/{run.run_id}/files").status == 200


@pytest.mark.both_databases
def test_views_are_saved_shared_changed_and_removed(contributor):
    made = contributor.post("views", {"name": "Best", "query": "q=a", "shared": True})
    assert (made.status, made.body["mine"], made.body["shared"]) == (201, True, True)
    place = f"views/{made.body['id']}"
    assert contributor.patch(place, {"name": "Better"}).body["name"] == "Better"
    contributor.post("views", {"name": "Of Default", "query": "", "experiment": 0})
    assert [view["name"] for view in contributor.get("views").body["items"]] == ["Better"]
    of_experiment = contributor.get("views", {"experiment": 0}).body["items"]
    assert [(view["name"], view["experiment"]) for view in of_experiment] == [("Of Default", 0)]
    other = type(contributor)(make_token(make_member(Role.CONTRIBUTOR)))
    assert other.get("views").body["items"][0]["mine"] is False
    assert other.delete(place).code == "not_found"
    assert contributor.delete(place).status == 204
    assert contributor.delete(place).code == "not_found"


@pytest.mark.parametrize("body", [{}, {"name": "x"}, {"name": "x", "query": "q", "experiment": 9}])
def test_a_view_that_cannot_be_is_not_saved(api, body):
    assert api.post("views", body).status in (400, 404)
    assert api.get("views").body["items"] == []


def test_small_texts_are_stored_together_and_replaced(api, run_id):
    first = {"files": [{"path": "logs/a.txt", "text": "é"}, {"path": "b.json", "text": "{}"}]}
    assert api.post(f"runs/{run_id}/files", first).status == 204
    again = {"files": [{"path": "logs/a.txt", "text": "changed"}, {"path": "b.json", "text": "{}"}]}
    assert api.post(f"runs/{run_id}/files", again).status == 204
    items = api.get(f"runs/{run_id}/files", {"recursive": "true"}).body["items"]
    assert {one["path"]: one["size_bytes"] for one in items} == {"logs/a.txt": 7, "b.json": 2}
    usage = RunUsage.objects.get(run__run_id=run_id)
    assert (usage.size_bytes, usage.file_count) == (9, 2)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_texts_are_read_like_files_and_leave_nothing(api, run_id, files_dir):
    large = "x" * (MOST_BYTES + 1)
    for texts in (("one", large), ("two", large), ("three", "small")):
        files = [{"path": path, "text": text} for path, text in zip("ab", texts, strict=True)]
        assert api.post(f"runs/{run_id}/files", {"files": files}).status == 204
        read = [api.get(f"runs/{run_id}/files/{path}").body.decode() for path in "ab"]
        assert read == list(texts)
        on_disk = [path for path in files_dir.rglob("*") if path.is_file()]
        assert len(on_disk) == (texts[1] == large)
    zipped = api.get(f"runs/{run_id}/zip").body
    assert b"three" in zipped and b"small" in zipped
    assert api.delete(f"runs/{run_id}/files/a").status == 200
    assert [bytes(one.data) for one in StoredText.objects.all()] == [b"small"]


@pytest.mark.parametrize(
    "files",
    [
        [],
        [{"path": "../a", "text": "x"}],
        [{"path": "a", "text": "x"}, {"path": "a/b", "text": "x"}],
        [{"path": "kept.txt/b", "text": "x"}, {"path": "c", "text": "x"}],
        [{"path": "a"}],
    ],
)
def test_of_small_texts_all_are_stored_or_none(api, run_id, files):
    api.post(f"runs/{run_id}/files", {"files": [{"path": "kept.txt", "text": "kept"}]})
    answer = api.post(f"runs/{run_id}/files", {"files": files})
    assert answer.status in (400, 409) and answer.message
    items = api.get(f"runs/{run_id}/files", {"recursive": "true"}).body["items"]
    assert [one["path"] for one in items] == ["kept.txt"]
