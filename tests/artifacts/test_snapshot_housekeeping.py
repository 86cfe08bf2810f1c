"""Bytes of snapshots stay as long as anything needs them, and no longer."""

from functools import partial

import pytest

from runs.artifacts.queries import read_file
from runs.artifacts.snapshots import services
from runs.artifacts.snapshots.models import Blob, RunSnapshot, Snapshot, SnapshotFile
from runs.artifacts.snapshots.queries import get_snapshot_file, list_snapshot_files
from runs.artifacts.snapshots.sweeping import sweep_snapshots
from runs.artifacts.stores import local_store, main_store
from runs.artifacts.stores.base import make_key
from runs.artifacts.sweeping import move_finished_files, sweep_orphans
from runs.housekeeping.purging.asking import start_purge
from runs.tracking.models import Lifecycle, Run
from tests.artifacts.zips import FOLDER, make_zip
from tests.tracking.racing import race

pytestmark = pytest.mark.both_databases


def keep(run: Run, files=FOLDER) -> Snapshot:
    return services.save_snapshot(run=run, chunks=[make_zip(files)])


def contents_of(snapshot: Snapshot) -> list[bytes]:
    return [b"".join(read_file(file)) for file in list_snapshot_files(snapshot)]


@pytest.mark.django_db
class TestSweeping:
    def test_bytes_of_snapshots_are_no_orphans(self, run, stored):
        snapshot = keep(run)
        assert sweep_orphans(older_than_ms=-2000) == 0
        assert sweep_snapshots(older_than_ms=-2000) == 0
        assert sorted(contents_of(snapshot)) == sorted(FOLDER.values())

    def test_what_no_other_run_holds_goes_with_the_last_run(self, run, make_run, stored):
        other = make_run()
        keep(run)
        shared = keep(other, FOLDER | {"train.py": b"other"})
        run.delete()
        assert sweep_snapshots(older_than_ms=-2000) == 1
        assert (list(Snapshot.objects.all()), len(stored())) == ([shared], 3)
        assert len(contents_of(shared)) == 3
        other.delete()
        sweep_snapshots(older_than_ms=-2000)
        assert (stored(), SnapshotFile.objects.count(), Blob.objects.count()) == ([], 0, 0)

    def test_a_snapshot_of_two_runs_stays_with_the_other(self, run, make_run, stored):
        snapshot = keep(run)
        assert keep(make_run()) == snapshot
        run.delete()
        assert (sweep_snapshots(older_than_ms=-2000), len(stored())) == (0, 3)

    def test_bytes_that_were_wanted_today_are_spared(self, run, stored):
        keep(run)
        run.delete()
        assert (sweep_snapshots(), Snapshot.objects.count(), len(stored())) == (0, 0, 3)
        Blob.objects.update(used_ms=0)
        assert (sweep_snapshots(), stored()) == (3, [])

    def test_an_upload_wants_bytes_again(self, run, make_run, stored):
        keep(run)
        run.delete()
        Blob.objects.update(used_ms=0)
        services._claim(set(Blob.objects.values_list("sha256", flat=True)), 10**15)
        assert (sweep_snapshots(), len(stored())) == (0, 3)

    def test_many_are_swept_in_batches(self, run, stored):
        keep(run, {f"{number}.py": str(number).encode() for number in range(230)})
        run.delete()
        assert (sweep_snapshots(older_than_ms=-2000), stored()) == (230, [])

    def test_purging_a_deleted_run_lets_its_snapshot_go(self, make_run, stored):
        run = make_run()
        keep(run)
        Run.objects.filter(pk=run.pk).update(lifecycle=Lifecycle.DELETED)
        start_purge(workspace=run.workspace)
        assert (RunSnapshot.objects.count(), sweep_snapshots(older_than_ms=-2000)) == (0, 3)
        assert stored() == []

    def test_bytes_without_a_row_are_swept_as_ever(self, run, files_dir):
        keep(run)
        local_store().put(make_key(), [b"a crash came before the row"])
        assert sweep_orphans(older_than_ms=-2000) == 1


@pytest.mark.django_db
@pytest.mark.s3
class TestWithABucket:
    def test_snapshots_go_there_and_come_back(self, run, bucket, stored):
        snapshot = keep(run)
        assert (stored(), {blob.store for blob in Blob.objects.all()}) == ([], {"s3"})
        assert sorted(contents_of(snapshot)) == sorted(FOLDER.values())
        assert sweep_orphans(older_than_ms=-2000) == 0

    def test_those_from_before_it_was_there_follow(self, run, bucket, settings, stored):
        name, settings.STUDIO_S3_BUCKET = settings.STUDIO_S3_BUCKET, ""
        snapshot = keep(run)
        settings.STUDIO_S3_BUCKET = name
        assert (move_finished_files(), stored()) == (3, [])
        assert len(list(main_store().list_keys())) == 3
        assert sorted(contents_of(snapshot)) == sorted(FOLDER.values())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestManyAtOnce:
    def test_the_same_new_files_are_stored_once(self, make_run, files_dir):
        runs = [make_run() for _ in range(6)]
        trees = [FOLDER, FOLDER | {"more.py": b"more"}] * 3
        kept = race(*[partial(keep, *pair) for pair in zip(runs, trees, strict=True)])
        assert [error for error in kept if isinstance(error, Exception)] == []
        assert (Snapshot.objects.count(), Blob.objects.count()) == (2, 4)
        keys = {
            path.relative_to(files_dir).as_posix()
            for path in files_dir.rglob("*")
            if path.is_file()
        }
        assert keys == set(Blob.objects.values_list("key", flat=True))
        assert all(len(contents_of(snapshot)) == snapshot.file_count for snapshot in kept)

    def test_one_of_two_rivals_for_a_run_wins(self, make_run, files_dir):
        run = make_run()
        trees = [{"a.py": str(number).encode()} for number in range(4)]
        kept = race(*[partial(keep, run, tree) for tree in trees])
        winners = [one for one in kept if isinstance(one, Snapshot)]
        assert [type(one).__name__ for one in kept].count("SnapshotTaken") == 3
        assert get_snapshot_file(run, "a.py").snapshot == winners[0]
        assert len([path for path in files_dir.rglob("*") if path.is_file()]) == 1

    def test_no_sweep_takes_what_an_upload_is_about_to_name(self, make_run):
        for _ in range(5):
            old, new = make_run(), make_run()
            keep(old)
            old.delete()
            Blob.objects.update(used_ms=0)
            kept, swept = race(partial(keep, new), sweep_snapshots)
            assert (type(kept), type(swept)) == (Snapshot, int), (kept, swept)
            assert sorted(contents_of(kept)) == sorted(FOLDER.values())
