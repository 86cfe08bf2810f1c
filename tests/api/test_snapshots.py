"""Snapshots over the REST API."""

import io
import zipfile

import pytest

from runs.artifacts.snapshots.models import Snapshot
from runs.workspaces.permissions import Role
from tests.artifacts.zips import FOLDER, make_zip
from tests.factories import make_member, make_run, make_token

MODES = {"src/model.py": 0o100755}


@pytest.fixture
def put(api, run_id):
    def put(data, kind="application/zip", **more):
        return api.ask("PUT", f"runs/{run_id}/snapshot", data=data, kind=kind, **more)

    return put


def test_a_folder_is_kept_and_its_tree_is_read(api, run_id, put):
    kept = put(make_zip(FOLDER, modes=MODES))
    assert (kept.status, kept.body["file_count"]) == (200, 3)
    tree = api.get(f"runs/{run_id}/snapshot").body
    assert {name: tree[name] for name in kept.body} == kept.body
    assert [(one["path"], one["size_bytes"], one["is_executable"]) for one in tree["files"]] == [
        ("README.md", 8, False), ("src/model.py", 6, True), ("train.py", 15, False),
    ]  # fmt: skip


def test_sending_the_same_again_is_fine_and_another_is_refused(put):
    first = put(make_zip(FOLDER))
    again = put(make_zip(FOLDER, packed=False), kind="application/x-www-form-urlencoded")
    assert (again.status, again.body) == (200, first.body)
    other = put(make_zip({"other.py": b"1"}))
    assert (other.status, other.code) == (409, "snapshot_taken")


def test_one_file_is_downloaded_in_whole_or_in_part(api, run_id, put):
    put(make_zip(FOLDER))
    place = f"runs/{run_id}/snapshot/files/src/model.py"
    whole = api.get(place)
    assert (whole.status, whole.body) == (200, b"x = 1\n")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert api.get(place, range="bytes=0-0").body == b"x"
    assert api.get(place, if_none_match=whole.headers["ETag"]).status == 304
    assert api.get(place, range="bytes=20-").status == 416


def test_the_whole_is_downloaded_as_a_zip_and_resumed(api, run_id, put):
    first = put(make_zip(FOLDER, modes=MODES))
    whole = api.get(f"runs/{run_id}/snapshot/zip")
    with zipfile.ZipFile(io.BytesIO(whole.body)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FOLDER
    etag = whole.headers["ETag"]
    rest = api.get(f"runs/{run_id}/snapshot/zip", range="bytes=10-", if_range=etag)
    assert (rest.status, whole.body[:10] + rest.body) == (206, whole.body)
    packed = api.get(f"runs/{run_id}/snapshot/zip", {"compress": "1"}).body
    other = api.make_run()
    kept = api.ask("PUT", f"runs/{other}/snapshot", data=packed)
    assert kept.body == first.body


@pytest.mark.parametrize("place", ["", "/files/a.py", "/zip"])
def test_a_run_without_one_says_so(api, run_id, place):
    told = api.get(f"runs/{run_id}/snapshot{place}")
    assert (told.status, told.code) == (404, "not_found")
    assert "has no snapshot" in told.message
    assert api.get(f"runs/unknown/snapshot{place}").status == 404


@pytest.mark.parametrize("path", ["nope.py", "..%2fx", "%252e%252e/x", "a%00b"])
def test_a_file_that_is_not_there_is_not_found(api, run_id, put, path):
    put(make_zip(FOLDER))
    assert api.get(f"runs/{run_id}/snapshot/files/{path}").status in (400, 404)


@pytest.mark.parametrize("data", [b"", b"no zip", make_zip({"../a": b"x"}), make_zip({"a/": b""})])
def test_what_is_no_good_zip_is_refused(put, data):
    told = put(data)
    assert (told.status, told.code) == (400, "invalid_value")
    assert Snapshot.objects.count() == 0


def test_too_much_is_refused_with_the_limit(put):
    told = put(make_zip({f"{number}": b"" for number in range(2001)}))
    assert (told.status, told.code) == (413, "too_large")
    assert "2,000 files" in told.message
    announced = {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "1000000000"}
    assert put(b"", environ=announced).status == 413


def test_a_cut_upload_leaves_nothing(put):
    data = make_zip(FOLDER)
    cut = {"wsgi.input": io.BytesIO(data[:100]), "CONTENT_LENGTH": str(len(data))}
    assert put(b"", environ=cut).code == "invalid_value"
    assert Snapshot.objects.count() == 0


def test_a_deleted_run_takes_none(api, run_id, put):
    api.delete(f"runs/{run_id}")
    assert put(make_zip(FOLDER)).code == "deleted"


def test_readers_read_and_contributors_write(reader, workspace):
    run = make_run()
    place = f"runs/{run.run_id}/snapshot"
    assert reader.ask("PUT", place, data=make_zip(FOLDER)).code == "not_allowed"
    writer = type(reader)(make_token(make_member(Role.CONTRIBUTOR)))
    assert writer.ask("PUT", place, data=make_zip(FOLDER)).status == 200
    assert reader.get(place).body["file_count"] == 3


def test_nobody_and_other_methods_get_nothing(nobody, api, run_id, settings):
    assert api.ask("POST", f"runs/{run_id}/snapshot", {}).status == 405
    assert api.delete(f"runs/{run_id}/snapshot/zip").status == 405
    settings.STUDIO_OPEN = False
    assert nobody.get(f"runs/{run_id}/snapshot").status == 401
    assert nobody.ask("PUT", f"runs/{run_id}/snapshot", data=b"x").status == 401


# -- differences -----------------------------------------------------------------------------------


@pytest.fixture
def base(api, put):
    """Another run, whose snapshot differs from that of the run in three files."""
    put(
        make_zip(
            {"same.py": b"1", "new.py": b"2", "train.py": b"a\nb\nlr = 0.01\n", "x.bin": b"\0"}
        )
    )
    base = api.make_run()
    old = make_zip(
        {"same.py": b"1", "old.py": b"2", "train.py": b"a\nb\nlr = 0.1\n", "x.bin": b"\1\0"}
    )
    assert api.ask("PUT", f"runs/{base}/snapshot", data=old, kind="application/zip").status == 200
    return base


def test_two_snapshots_are_compared_file_by_file(api, run_id, base):
    found = api.get(f"runs/{run_id}/snapshot/diff", {"base": base}).body
    changes = {one["path"]: one["change"] for one in found["items"]}
    assert changes == {
        "new.py": "added", "old.py": "removed", "train.py": "changed", "x.bin": "changed",
    }  # fmt: skip
    assert found["same"] == 1
    sizes = {
        one["path"]: [one[side] and one[side]["size_bytes"] for side in ("old", "new")]
        for one in found["items"]
    }
    assert sizes["new.py"] == [None, 1] and sizes["train.py"] == [13, 14]
    swapped = api.get(f"runs/{base}/snapshot/diff", {"base": run_id}).body
    assert {one["path"]: one["change"] for one in swapped["items"]}["new.py"] == "removed"


def test_a_file_is_compared_line_by_line(api, run_id, base):
    diff = api.get(f"runs/{run_id}/snapshot/diff/train.py", {"base": base}).body
    assert (diff["added"], diff["removed"], diff["note"]) == (1, 1, "")
    [hunk] = diff["hunks"]
    assert [(line["kind"], line["old"], line["new"], line["text"]) for line in hunk["lines"]] == [
        ("same", 1, 1, "a"), ("same", 2, 2, "b"),
        ("removed", 3, None, "lr = 0.1"), ("added", None, 3, "lr = 0.01"),
    ]  # fmt: skip
    bytes_only = api.get(f"runs/{run_id}/snapshot/diff/x.bin", {"base": base}).body
    assert (bytes_only["hunks"], bytes_only["note"]) == (
        [],
        "This is not text. Only its bytes differ.",
    )


def test_a_run_does_not_differ_from_itself(api, run_id, base):
    found = api.get(f"runs/{run_id}/snapshot/diff", {"base": run_id}).body
    assert found == {"items": [], "same": 4}


@pytest.mark.parametrize(
    ("place", "query", "status"),
    [
        ("snapshot/diff", {}, 400),
        ("snapshot/diff", {"base": ""}, 400),
        ("snapshot/diff", {"base": "unknown"}, 404),
        ("snapshot/diff/old.py", {"base": "the base"}, 404),
        ("snapshot/diff/../train.py", {"base": "the base"}, 400),
    ],
)
def test_what_cannot_be_compared_is_refused(api, run_id, base, place, query, status):
    asked = {name: base if value == "the base" else value for name, value in query.items()}
    assert api.get(f"runs/{run_id}/{place}", asked).status == status


def test_a_run_without_a_snapshot_cannot_be_compared(api, run_id, base):
    bare = api.make_run()
    assert api.get(f"runs/{bare}/snapshot/diff", {"base": base}).status == 404
    assert api.get(f"runs/{run_id}/snapshot/diff", {"base": bare}).status == 404
    assert api.post(f"runs/{run_id}/snapshot/diff").status == 405


def test_a_reader_compares_and_nobody_else(reader, nobody):
    run = make_run()
    place = f"runs/{run.run_id}/snapshot/diff"
    assert reader.get(place, {"base": run.run_id}).code == "not_found"
    assert nobody.get(place, {"base": run.run_id}).status == 401
