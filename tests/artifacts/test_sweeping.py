"""Housekeeping: orphans go after a day, finished files go to the bucket."""

import os
import time

import pytest

from runs.artifacts import queries
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.logs.line_index import index_store
from runs.artifacts.models import File, StoredText
from runs.artifacts.pins import pin
from runs.artifacts.stores import local_store, main_store, text_store
from runs.artifacts.stores.base import make_key
from runs.artifacts.sweeping import finish_left_logs, move_finished_files, sweep_orphans
from runs.artifacts.texts import save_texts
from runs.artifacts.zipping.plans import plan_zip
from runs.tracking.services import update_run

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TWO_DAYS_S = 2 * 86_400


def age(path) -> None:
    then = time.time() - TWO_DAYS_S
    os.utime(path, (then, then))


def put(store=None) -> str:
    key = make_key()
    (store or local_store()).put(key, [b"bytes"])
    return key


def test_old_bytes_without_a_row_are_removed(run, save, files_dir):
    kept, orphan, young = files_dir / save(run, "a").key, files_dir / put(), files_dir / put()
    half = orphan.with_name("half.part")
    half.write_bytes(b"cut off by a crash")
    for path in (kept, orphan, half):
        age(path)
    assert sweep_orphans() == 2
    assert [path.exists() for path in (kept, young, orphan, half)] == [True, True, False, False]


def test_old_texts_without_a_row_are_removed(run):
    save_texts(run=run, texts={"a.txt": b"kept"})
    text_store().put_many([("orphan", b"x")])
    assert sweep_orphans() == 0
    StoredText.objects.update(stored_ms=1)
    assert sweep_orphans() == 1
    assert b"".join(queries.read_file(queries.get_file(run, "a.txt"))) == b"kept"


def test_a_growing_log_is_no_orphan(run, files_dir):
    append_log(run=run, path="a.log", offset=0, data=b"x")
    age(files_dir / queries.get_file(run, "a.log").key)
    assert sweep_orphans() == 0


def test_logs_left_open_by_a_client_are_finished_when_the_run_has_ended(run, files_dir):
    append_log(run=run, path="user_logs/std_log.txt", offset=0, data=b"half a li")
    assert finish_left_logs(quiet_ms=-1) == 0  # the run goes on
    update_run(run=run, status="Failed")
    assert finish_left_logs() == 0  # the last lines may be on their way
    assert finish_left_logs(quiet_ms=-1) == 1
    assert not queries.get_file(run, "user_logs/std_log.txt").growing
    assert plan_zip([run]).is_final
    append_log(run=run, path="user_logs/std_log.txt", offset=9, data=b"ne\n")
    assert queries.get_file(run, "user_logs/std_log.txt").size_bytes == 12


def test_many_orphans_are_swept_in_batches(files_dir):
    for _ in range(3):
        age(files_dir / put())
    assert sweep_orphans() == 3


def test_an_empty_studio_is_swept_too():
    assert sweep_orphans() == 0


def test_indexes_of_files_that_are_gone_are_removed(run, save):
    kept, gone = save(run, "a").key, put(index_store())
    index_store().put(kept, [b"index"])
    for key in (kept, gone):
        age(index_store().resolve(key))
    sweep_orphans()
    assert [stored.key for stored in index_store().list_keys()] == [kept]


def test_pins_that_nobody_holds_are_removed(make_run, settings):
    held, left = make_run(), make_run()
    handle = pin(held)
    pin(left).close()
    folder = settings.FILES_DIR.parent / "pins"
    for path in folder.iterdir():
        age(path)
    sweep_orphans()
    assert [path.name for path in folder.iterdir()] == [str(held.pk)]
    handle.close()


def test_without_a_bucket_nothing_moves(run, save):
    save(run, "a")
    assert move_finished_files() == 0


@pytest.mark.s3
class TestWithABucket:
    """A bucket is the main store; logs grow on disk until they are finished."""

    @pytest.fixture(autouse=True)
    def _bucket(self, bucket):
        pass

    def test_a_saved_file_goes_to_the_bucket_at_once(self, run, save, stored):
        file = save(run, "a.txt", b"content")
        assert (file.store, stored()) == ("s3", [])
        assert b"".join(queries.read_file(file, 1, 3)) == b"on"

    def test_a_replaced_file_leaves_the_bucket(self, run, save, stored):
        first = save(run, "a.txt", b"old")
        save(run, "a.txt", b"new")
        stored()
        assert not main_store().exists(first.key)

    def test_a_log_moves_when_it_is_finished(self, run, stored):
        append_log(run=run, path="a.log", offset=0, data=b"line 1\n")
        assert move_finished_files() == 0
        finish_log(run=run, path="a.log")
        assert move_finished_files() == 1
        file = queries.get_file(run, "a.log")
        assert (file.store, b"".join(queries.read_file(file)), stored()) == ("s3", b"line 1\n", [])

    def test_a_log_that_goes_on_comes_back(self, run, stored):
        append_log(run=run, path="a.log", offset=0, data=b"line 1\n")
        finish_log(run=run, path="a.log")
        move_finished_files()
        assert append_log(run=run, path="a.log", offset=0, data=b"line 1\n") == 7
        assert queries.get_file(run, "a.log").store == "s3"
        assert append_log(run=run, path="a.log", offset=7, data=b"line 2\n") == 14
        file = queries.get_file(run, "a.log")
        assert (file.store, b"".join(queries.read_file(file))) == ("local", b"line 1\nline 2\n")
        stored()
        assert list(main_store().list_keys()) == []

    def test_a_file_whose_bytes_differ_from_its_row_stays(self, run, save, settings, caplog):
        bucket, settings.STUDIO_S3_BUCKET = settings.STUDIO_S3_BUCKET, ""
        save(run, "a.txt", b"content")
        File.objects.update(crc32=1)
        settings.STUDIO_S3_BUCKET = bucket
        assert move_finished_files() == 0
        assert queries.get_file(run, "a.txt").store == "local"
        assert list(main_store().list_keys()) == []

    def test_a_file_without_bytes_does_not_stop_the_others(self, run, save, settings, stored):
        bucket, settings.STUDIO_S3_BUCKET = settings.STUDIO_S3_BUCKET, ""
        local_store().delete(save(run, "lost").key)
        save(run, "whole")
        settings.STUDIO_S3_BUCKET = bucket
        assert move_finished_files() == 1

    def test_a_bucket_that_is_gone_is_tried_again_later(self, run, save, settings):
        bucket, settings.STUDIO_S3_BUCKET = settings.STUDIO_S3_BUCKET, ""
        save(run, "a")
        settings.STUDIO_S3_BUCKET = "gone"
        assert move_finished_files() == 0
        settings.STUDIO_S3_BUCKET = bucket
        assert move_finished_files() == 1

    def test_orphans_in_the_bucket_are_spared_for_a_day_and_then_swept(self, run, save):
        kept = save(run, "a").key
        put(main_store())
        assert sweep_orphans() == 0
        assert sweep_orphans(older_than_ms=-2000) == 1
        assert [stored.key for stored in main_store().list_keys()] == [kept]
