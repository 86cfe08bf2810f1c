"""Saving, replacing and deleting files."""

import zlib

import pytest

from runs.artifacts import queries, services
from runs.artifacts.errors import InvalidPath, OwnerGone, PathTaken, UploadCut
from runs.artifacts.models import File
from runs.tracking.models import Lifecycle, LoggedModel
from tests.artifacts.test_paths import KEPT

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def content(file: File) -> bytes:
    return b"".join(queries.read_file(file))


def test_a_saved_file_is_read_back_with_its_size_and_checksum(run):
    file = services.save_file(owner=run, path="a/b.txt", chunks=[b"hello ", b"world"])
    assert content(queries.get_file(run, "a/b.txt")) == b"hello world"
    assert (file.size_bytes, file.crc32) == (11, zlib.crc32(b"hello world"))
    assert file.content_type == "text/plain"


def test_an_empty_file_is_a_file(run, save):
    assert content(save(run, "empty", b"")) == b""


def test_a_range_of_a_file_is_read(run, save):
    file = save(run, "digits", b"0123456789")
    assert b"".join(queries.read_file(file, 3, 6)) == b"345"
    assert b"".join(queries.read_file(file, 8, 99)) == b"89"


def test_saving_again_replaces_the_bytes_and_frees_the_old_ones(run, save, stored):
    first = save(run, "a.txt", b"old")
    again = save(run, "a.txt", b"new!")
    assert (again.pk, content(again), len(stored())) == (first.pk, b"new!", 1)
    assert again.created_ms == first.created_ms


def test_a_reader_of_the_old_bytes_reads_them_to_the_end(run, save):
    chunks = queries.read_file(save(run, "a.txt", b"old"))
    save(run, "a.txt", b"new")
    assert b"".join(chunks) == b"old"


def test_an_upload_that_breaks_off_leaves_nothing(run, save, stored):
    def broken():
        yield b"half"
        raise ConnectionResetError("peer left")

    save(run, "a.txt", b"before")
    with pytest.raises(ConnectionResetError):
        services.save_file(owner=run, path="a.txt", chunks=broken())
    assert content(queries.get_file(run, "a.txt")) == b"before"
    assert len(stored()) == 1


@pytest.mark.parametrize("announced", [3, 5])
def test_an_upload_of_another_length_than_announced_leaves_nothing(run, stored, announced):
    with pytest.raises(UploadCut):
        services.save_file(owner=run, path="a", chunks=[b"four"], size_bytes=announced)
    assert (stored(), run.files.count()) == ([], 0)


def test_a_file_cannot_take_the_place_of_a_folder(run, save, stored):
    save(run, "model/weights.bin")
    with pytest.raises(PathTaken, match="'model' is a folder"):
        save(run, "model")
    assert len(stored()) == 1


def test_a_folder_cannot_take_the_place_of_a_file(run, save):
    save(run, "model")
    with pytest.raises(PathTaken, match="'model' is a file"):
        save(run, "model/deep/weights.bin")


def test_neighbours_with_the_same_beginning_are_no_conflict(run, save):
    for path in ("model/a", "model-2", "model.txt", "model0"):
        save(run, path)
    assert run.files.count() == 4


def test_a_path_that_leads_out_is_refused(run, save, stored):
    with pytest.raises(InvalidPath):
        save(run, "../escape")
    assert stored() == []


@pytest.mark.parametrize("path", KEPT)
def test_hostile_names_round_trip(run, save, path):
    save(run, path, path)
    file = queries.get_file(run, path)
    assert (file.path, content(file)) == (path, path.encode())
    assert queries.list_folder(run)[0].name == path.split("/")[0]


def test_a_deleted_run_takes_no_files(make_run, save, stored):
    with pytest.raises(OwnerGone):
        save(make_run(lifecycle=Lifecycle.DELETED), "a.txt")
    assert stored() == []


def test_a_logged_model_has_a_tree_of_its_own(run, save):
    model = LoggedModel.objects.create(
        experiment=run.experiment, source_run=run, model_id="m-1", name="m", status="PENDING",
        created_ms=0, updated_ms=0,
    )  # fmt: skip
    save(model, "MLmodel", b"of the model")
    save(run, "MLmodel", b"of the run")
    assert content(queries.get_file(model, "MLmodel")) == b"of the model"


def test_the_senders_content_type_is_kept_where_it_says_something(run, save):
    assert save(run, "a.bin", content_type="image/png").content_type == "image/png"
    assert save(run, "a.txt", content_type="application/octet-stream").content_type == "text/plain"
    assert save(run, "b.csv", content_type="x\r\nSet-Cookie: a").content_type == "text/csv"


def test_deleting_a_file_frees_its_bytes(run, save, stored):
    save(run, "a.txt", b"12345")
    assert services.delete_path(owner=run, path="a.txt") == 5
    assert (stored(), run.files.count()) == ([], 0)


def test_deleting_a_folder_takes_all_below_it_and_nothing_else(run, save):
    for path in ("a/b", "a/c/d", "a-b", "a.txt", "ab"):
        save(run, path)
    services.delete_path(owner=run, path="a")
    assert sorted(run.files.values_list("path", flat=True)) == ["a-b", "a.txt", "ab"]


def test_deleting_the_root_empties_this_owner_only(run, make_run, save):
    save(run, "a/b")
    other = save(make_run(), "a/b")
    services.delete_path(owner=run, path="")
    assert list(File.objects.all()) == [other]


def test_deleting_what_is_not_there_is_fine(run):
    assert services.delete_path(owner=run, path="nothing/here") == 0
