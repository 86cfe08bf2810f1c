"""Logs that grow: by offset, once each, over crashes and rivals."""

import threading
import zlib

import pytest
from django.db import connections

from runs.artifacts import queries, services
from runs.artifacts.errors import (
    InvalidPath,
    OffsetConflict,
    OffsetGap,
    OwnerGone,
    PathTaken,
    UnknownFile,
)
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.stores import local_store
from runs.tracking.models import Lifecycle

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LOG = "user_logs/std_log.txt"


def append(run, offset: int, data: bytes) -> int:
    return append_log(run=run, path=LOG, offset=offset, data=data)


def content(run) -> bytes:
    return b"".join(queries.read_file(queries.get_file(run, LOG)))


def on_disk(run):
    return local_store().resolve(queries.get_file(run, LOG).key)


def test_appended_parts_make_one_log(run):
    assert append(run, 0, b"epoch 1\n") == 8
    assert append(run, 8, b"epoch 2\n") == 16
    file = queries.get_file(run, LOG)
    assert (content(run), file.growing) == (b"epoch 1\nepoch 2\n", True)
    assert file.crc32 == zlib.crc32(content(run))
    assert file.content_type == "text/plain"


def test_an_empty_append_begins_the_log(run):
    assert append(run, 0, b"") == 0
    assert content(run) == b""


def test_the_same_bytes_at_the_same_offset_are_stored_once(run):
    append(run, 0, b"epoch 1\n")
    assert append(run, 0, b"epoch 1\n") == 8
    assert content(run) == b"epoch 1\n"


def test_an_overlap_may_lead_to_new_bytes(run):
    append(run, 0, b"epoch 1\n")
    assert append(run, 4, b"h 1\nepoch 2\n") == 16
    assert content(run) == b"epoch 1\nepoch 2\n"


def test_a_gap_is_refused_and_says_where_to_go_on(run):
    append(run, 0, b"12345")
    with pytest.raises(OffsetGap, match="offset 5") as caught:
        append(run, 6, b"7")
    assert (caught.value.expected, content(run)) == (5, b"12345")


def test_an_offset_below_zero_is_refused(run):
    with pytest.raises(OffsetGap):
        append(run, -1, b"x")


def test_other_bytes_at_a_known_offset_are_refused(run):
    append(run, 0, b"12345")
    with pytest.raises(OffsetConflict) as caught:
        append(run, 3, b"XX6")
    assert (caught.value.expected, content(run)) == (5, b"12345")


def test_bytes_that_were_never_acknowledged_are_cut_off(run):
    """As after `kill -9` between the write of the bytes and of the row."""
    append(run, 0, b"known ")
    with on_disk(run).open("ab") as file:
        file.write(b"half of a part that was never ack")
    assert content(run) == b"known "
    assert append(run, 6, b"part") == 10
    assert (content(run), on_disk(run).read_bytes()) == (b"known part", b"known part")


def test_a_file_shorter_than_its_row_lowers_the_row(run):
    """As after a restore of the files from an older copy than the database."""
    append(run, 0, b"0123456789")
    with on_disk(run).open("r+b") as file:
        file.truncate(4)
    with pytest.raises(OffsetGap) as caught:
        append(run, 10, b"new")
    assert caught.value.expected == 4
    assert append(run, 4, b"456789new") == 13
    assert queries.get_file(run, LOG).crc32 == zlib.crc32(b"0123456789new")


def test_a_file_that_is_gone_starts_anew(run):
    append(run, 0, b"0123")
    on_disk(run).unlink()
    with pytest.raises(OffsetGap) as caught:
        append(run, 4, b"4")
    assert caught.value.expected == 0
    assert append(run, 0, b"01234") == 5


def test_a_finished_log_is_an_ordinary_file(run):
    append(run, 0, b"all of it")
    file = finish_log(run=run, path=LOG)
    assert (file.growing, file.size_bytes, file.crc32) == (False, 9, zlib.crc32(b"all of it"))


def test_finishing_again_is_fine_and_an_unknown_log_is_not(run):
    append(run, 0, b"x")
    finish_log(run=run, path=LOG)
    finish_log(run=run, path=LOG)
    with pytest.raises(UnknownFile):
        finish_log(run=run, path="no/such.log")


def test_a_repeated_last_part_does_not_reopen_a_finished_log(run):
    append(run, 0, b"last")
    finish_log(run=run, path=LOG)
    assert append(run, 0, b"last") == 4
    assert not queries.get_file(run, LOG).growing


def test_a_resumed_run_goes_on_with_its_finished_log(run):
    append(run, 0, b"first ")
    finish_log(run=run, path=LOG)
    assert append(run, 6, b"second") == 12
    file = queries.get_file(run, LOG)
    assert (content(run), file.growing) == (b"first second", True)
    assert file.crc32 == zlib.crc32(b"first second")


def test_a_log_deleted_meanwhile_starts_anew(run):
    append(run, 0, b"old")
    services.delete_path(owner=run, path=LOG)
    with pytest.raises(OffsetGap) as caught:
        append(run, 3, b"new")
    assert caught.value.expected == 0


@pytest.mark.parametrize(
    ("path", "error"),
    [("../log", InvalidPath), ("", InvalidPath), ("model", PathTaken), ("model/a/b", PathTaken)],
)
def test_a_log_follows_the_rules_of_paths(run, save, stored, path, error):
    save(run, "model/a")
    with pytest.raises(error):
        append_log(run=run, path=path, offset=0, data=b"x")
    assert len(stored()) == 1


def test_a_deleted_run_begins_no_log(make_run, stored):
    with pytest.raises(OwnerGone):
        append(make_run(lifecycle=Lifecycle.DELETED), 0, b"x")
    assert stored() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_senders_of_the_same_parts_store_each_once(run):
    """As in a storm of retries, while the first request still lives."""
    parts = [f"part {number}\n".encode() for number in range(30)]
    offsets = [sum(map(len, parts[:number])) for number in range(30)]

    def send():
        for offset, part in zip(offsets, parts, strict=True):
            append(run, offset, part)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content(run) == b"".join(parts)
    assert queries.get_file(run, LOG).crc32 == zlib.crc32(b"".join(parts))
