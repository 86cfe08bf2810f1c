"""Keeping a source folder: by content, once, and nothing of what a hostile zip tries."""

import io
import random
import struct
import zipfile

import pytest

from runs.artifacts import errors
from runs.artifacts.queries import read_file
from runs.artifacts.snapshots import archives, services, spooling
from runs.artifacts.snapshots.models import Blob, RunSnapshot, Snapshot, SnapshotFile
from runs.artifacts.snapshots.queries import (
    get_snapshot,
    get_snapshot_file,
    list_snapshot_files,
)
from runs.artifacts.snapshots.zips import plan_snapshot_zip
from runs.tracking.models import Lifecycle, Run
from tests.artifacts.zips import FOLDER, make_zip, zip_of_entries

pytestmark = pytest.mark.django_db


def keep(run: Run, data: bytes) -> Snapshot:
    parts = [data[at : at + 1000] for at in range(0, len(data), 1000)]
    return services.save_snapshot(run=run, chunks=parts, size_bytes=len(data))


def content_of(run: Run, path: str) -> bytes:
    return b"".join(read_file(get_snapshot_file(run, path)))


@pytest.mark.both_databases
class TestKeeping:
    def test_every_file_comes_back_as_it_was(self, run):
        kept = keep(run, make_zip(FOLDER))
        assert (kept.file_count, kept.size_bytes) == (3, sum(map(len, FOLDER.values())))
        assert {path: content_of(run, path) for path in FOLDER} == FOLDER
        paths = [file.path for file in list_snapshot_files(get_snapshot(run))]
        assert paths == ["README.md", "src/model.py", "train.py"]

    def test_the_same_folder_zipped_otherwise_is_the_same_snapshot(self, run, make_run, stored):
        first = keep(run, make_zip(FOLDER))
        backwards = dict(reversed(FOLDER.items())) | {"src/": b""}
        other = make_run()
        assert keep(other, make_zip(backwards, packed=False)) == first
        assert (Snapshot.objects.count(), len(stored())) == (1, 3)

    def test_a_file_of_many_snapshots_is_stored_once(self, run, make_run, stored):
        keep(run, make_zip(FOLDER))
        changed = FOLDER | {"train.py": b"print('bye')\n", "copy.py": FOLDER["train.py"]}
        keep(make_run(), make_zip(changed))
        assert len(stored()) == Blob.objects.count() == 4
        assert (Snapshot.objects.count(), SnapshotFile.objects.count()) == (2, 7)

    def test_sending_it_again_changes_nothing(self, run, stored):
        first = keep(run, make_zip(FOLDER))
        assert keep(run, make_zip(FOLDER, packed=False)) == first
        assert (RunSnapshot.objects.count(), len(stored())) == (1, 3)

    def test_a_run_keeps_its_snapshot(self, run, stored):
        first = keep(run, make_zip(FOLDER))
        with pytest.raises(errors.SnapshotTaken, match="another snapshot"):
            keep(run, make_zip(FOLDER | {"new.py": b""}))
        assert (get_snapshot(run), len(stored())) == (first, 3)

    def test_what_may_be_executed_is_noted_and_makes_a_difference(self, run, make_run):
        plain = keep(run, make_zip({"go.sh": b"#!/bin/sh\n"}))
        other = make_run()
        assert keep(other, make_zip({"go.sh": b"#!/bin/sh\n"}, modes={"go.sh": 0o100755})) != plain
        assert get_snapshot_file(other, "go.sh").is_executable
        assert Blob.objects.count() == 1

    def test_empty_files_and_names_of_all_alphabets_are_kept(self, run):
        files = {"__init__.py": b"", "модель/数据 1.py": b"1", "a%20b.py": b"2"}
        keep(run, make_zip(files))
        assert {path: content_of(run, path) for path in files} == files

    def test_names_that_are_utf8_without_saying_so_are_read(self, run):
        data = bytearray(make_zip({"é.py": b"1"}))
        for mark in (b"PK\x03\x04", b"PK\x01\x02"):
            flags = data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
            data[flags : flags + 2] = b"\0\0"
        keep(run, bytes(data))
        assert content_of(run, "é.py") == b"1"

    def test_a_deleted_run_takes_none_and_leaves_no_bytes(self, make_run, stored):
        with pytest.raises(errors.OwnerGone):
            keep(make_run(lifecycle=Lifecycle.DELETED), make_zip(FOLDER))
        assert (stored(), Blob.objects.count(), Snapshot.objects.count()) == ([], 0, 0)

    def test_an_upload_that_breaks_off_leaves_nothing(self, run, stored):
        def broken():
            yield make_zip(FOLDER)[:100]
            raise errors.UploadCut("cut")

        with pytest.raises(errors.UploadCut):
            services.save_snapshot(run=run, chunks=broken())
        assert (stored(), Snapshot.objects.count()) == ([], 0)

    def test_a_store_that_takes_nothing_leaves_no_rows(self, run, files_dir):
        files_dir.write_text("a file where the folder of the store should be")
        with pytest.raises(errors.StoreUnavailable):
            keep(run, make_zip(FOLDER))
        assert (Blob.objects.count(), Snapshot.objects.count()) == (0, 0)


class TestReading:
    def test_a_run_without_one_and_a_path_that_is_not_in_it_are_told_apart(self, run, make_run):
        keep(run, make_zip(FOLDER))
        with pytest.raises(errors.UnknownFile, match=r"'nope\.py'"):
            get_snapshot_file(run, "nope.py")
        with pytest.raises(errors.UnknownSnapshot):
            get_snapshot_file(make_run(), "train.py")
        with pytest.raises(errors.InvalidPath):
            get_snapshot_file(run, "../train.py")

    def test_the_zip_holds_the_same_tree_again(self, run, make_run):
        modes = {"src/model.py": 0o100755}
        first = keep(run, make_zip(FOLDER, modes=modes))
        plan = plan_snapshot_zip(run)
        data = b"".join(plan.chunks())
        assert (plan.is_final, plan.size_bytes) == (True, len(data))
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
        assert keep(make_run(), data) == first


def with_method(method: int) -> bytes:
    """A zip whose one file claims to be compressed by `method`."""
    data = bytearray(make_zip({"a.py": b"x" * 100}))
    struct.pack_into("<H", data, data.index(b"PK\x03\x04") + 8, method)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, method)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(make_zip({"a.py": b"x"}))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def with_nul() -> bytes:
    return make_zip({"aQ.py": b"x"}).replace(b"aQ.py", b"a\0.py")


def with_other_bytes() -> bytes:
    return make_zip({"a.py": b"abcdefgh"}, packed=False).replace(b"abcdefgh", b"ABCDEFGH")


def claiming(size: int) -> bytes:
    """A zip whose one file of 1000 bytes claims to have `size`."""
    data = bytearray(make_zip({"a.py": b"x" * 1000}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, size)
    return bytes(data)


HOSTILE = {
    "no zip": (b"hello", "no zip file"),
    "nothing": (b"", "no zip file"),
    "a cut zip": (make_zip(FOLDER)[:-40], "no zip file"),
    "no files": (make_zip({"src/": b""}), "holds no files"),
    "a way up": (make_zip({"../a.py": b"x"}), r"'\.\./a\.py' in the zip"),
    "a way up inside": (make_zip({"a/../../b.py": b"x"}), r"contains '\.\.'"),
    "a hidden way up": (make_zip({"%2e%2e/b.py": b"x"}), r"contains '\.\.'"),
    "an absolute name": (make_zip({"/etc/passwd": b"x"}), "absolute"),
    "a drive": (make_zip({"C:/a.py": b"x"}), "absolute"),
    "backslashes": (make_zip({"src\\a.py": b"x"}), "backslash"),
    "a folder outside": (make_zip({"../": b"", "a.py": b"x"}), r"contains '\.\.'"),
    "NUL": (with_nul(), "control character"),
    "a newline": (make_zip({"a\nb.py": b"x"}), "control character"),
    "a long name": (make_zip({"a" * 256: b"x"}), "longer than 255"),
    "a link": (make_zip({"a": b"/etc/passwd"}, modes={"a": 0o120777}), "is a link"),
    "a device": (make_zip({"a": b""}, modes={"a": 0o020666}), "is a device"),
    "the same name twice": (zip_of_entries([("a", b"1"), ("./a", b"2")]), "'a' twice"),
    "a file as a folder": (make_zip({"a": b"1", "a/b": b"2"}), "both a file and a folder"),
    "a password": (encrypted(), "encrypted"),
    "an unusual method": (with_method(14), "method 14"),
    "bytes that do not fit": (with_other_bytes(), "damaged at 'a.py'"),
    "a size too small": (claiming(10), "damaged at 'a.py'"),
    "a size too large": (claiming(5000), "damaged at 'a.py'"),
}


class TestHostileZips:
    @pytest.mark.filterwarnings("ignore:Duplicate name")
    @pytest.mark.parametrize("name", HOSTILE)
    def test_it_is_refused_with_a_reason_and_nothing_is_kept(self, run, stored, name):
        data, reason = HOSTILE[name]
        with pytest.raises(errors.InvalidSnapshot, match=reason):
            keep(run, data)
        assert (stored(), Blob.objects.count(), Snapshot.objects.count()) == ([], 0, 0)

    def test_2000_files_are_taken_and_one_more_is_not(self, run, make_run):
        files = {f"{number}.py": b"x" for number in range(2000)}
        assert keep(run, make_zip(files)).file_count == 2000
        with pytest.raises(errors.SnapshotTooLarge, match=r"at most 2,000 files.* 2,001"):
            keep(make_run(), make_zip(files | {"more.py": b"x"}))

    def test_what_claims_to_be_too_large_is_not_unpacked(self, run):
        with pytest.raises(errors.SnapshotTooLarge, match="300 MB"):
            keep(run, claiming(300_000_001))

    def test_a_bomb_that_lies_about_its_size_is_stopped(self, run, stored):
        bomb = bytearray(make_zip({f"{number}": bytes(10**6) for number in range(5)}))
        at = -1
        while (at := bomb.find(b"PK\x01\x02", at + 1)) >= 0:
            struct.pack_into("<I", bomb, at + 24, 100)
        with pytest.raises(errors.InvalidSnapshot, match="damaged"):
            keep(run, bytes(bomb))
        assert stored() == []

    def test_bytes_are_counted_as_they_come_out(self, run, monkeypatch, stored):
        monkeypatch.setattr(services, "MAX_BYTES", 5_000_000)
        bomb = make_zip({f"{number}": bytes([number]) * 10**6 for number in range(6)})
        assert len(bomb) < 20_000
        with pytest.raises(errors.SnapshotTooLarge, match="300 MB"):
            keep(run, bomb)
        assert stored() == []

    def test_a_huge_table_of_contents_is_not_read(self, run):
        many = make_zip({f"{number:0200}": b"" for number in range(20_000)}, packed=False)
        with pytest.raises(errors.SnapshotTooLarge, match="at most 2,000 files"):
            keep(run, many)

    def test_a_zip_that_is_too_large_is_refused_before_or_while_it_comes(self, run, monkeypatch):
        with pytest.raises(errors.SnapshotTooLarge):
            services.save_snapshot(run=run, chunks=[], size_bytes=10**9)
        monkeypatch.setattr(spooling, "MAX_ZIP_BYTES", 1000)
        with pytest.raises(errors.SnapshotTooLarge):
            services.save_snapshot(run=run, chunks=iter([bytes(600)] * 2))

    @pytest.mark.parametrize("seed", range(4))
    def test_no_damage_makes_another_error_than_ours(self, run, seed):
        dice = random.Random(seed)
        whole = make_zip({**FOLDER, "data/big.txt": b"abc " * 500})
        outcomes = set()
        for _ in range(150):
            data = bytearray(whole)
            for _ in range(dice.randint(1, 4)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            outcomes.add(outcome_of(bytes(data)))
        assert outcomes <= {"kept", "InvalidSnapshot", "SnapshotTooLarge"}
        assert "InvalidSnapshot" in outcomes


def outcome_of(data: bytes) -> str:
    try:
        with spooling.spooled([data]) as file, archives.open_archive(file) as archive:
            services._read_leaves(archive, archives.list_sources(archive))
    except errors.ArtifactError as error:
        return type(error).__name__
    return "kept"
