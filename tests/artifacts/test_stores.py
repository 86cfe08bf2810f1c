"""The contract of a store, the same for every kind."""

import os
import time
import zlib

import pytest

from runs.artifacts import stores
from runs.artifacts.errors import BytesMissing, StoreUnavailable
from runs.artifacts.stores.base import CHUNK_BYTES, make_key
from runs.artifacts.stores.local import LocalStore


@pytest.fixture(params=["local", "database", pytest.param("s3", marks=pytest.mark.s3)])
def store(request, tmp_path):
    """Each kind of store, empty."""
    if request.param == "local":
        return LocalStore(tmp_path / "root")
    if request.param == "database":
        request.getfixturevalue("db")
        return stores.text_store()
    request.getfixturevalue("bucket")
    return stores.main_store()


def put(store, content: bytes) -> str:
    key = make_key()
    store.put(key, [content])
    return key


def read(store, key: str, *span: int) -> bytes:
    return b"".join(store.read(key, *span))


def keys(store) -> list[str]:
    return [stored.key for stored in store.list_keys()]


def test_what_is_put_is_read_back(store):
    key = make_key()
    written = store.put(key, [b"ab", b"", b"cde"])
    assert (written.size_bytes, written.crc32) == (5, zlib.crc32(b"abcde"))
    assert (read(store, key), store.size(key), store.exists(key)) == (b"abcde", 5, True)


def test_nothing_at_all_can_be_put(store):
    key = make_key()
    assert store.put(key, []).size_bytes == 0
    assert (read(store, key), store.size(key)) == (b"", 0)


def test_many_megabytes_pass_in_chunks(store):
    key, chunk = make_key(), os.urandom(1 << 20)
    written = store.put(key, (chunk for _ in range(40)))
    crc = longest = 0
    for part in store.read(key):
        crc, longest = zlib.crc32(part, crc), max(longest, len(part))
    assert (crc, written.size_bytes, longest) == (written.crc32, 40 << 20, CHUNK_BYTES)


@pytest.mark.parametrize(
    ("span", "expected"),
    [((0, 3), b"012"), ((3,), b"3456789"), ((8, 99), b"89"), ((4, 4), b""), ((10,), b""),
     ((50, 60), b"")],
)  # fmt: skip
def test_a_range_is_read(store, span, expected):
    assert read(store, put(store, b"0123456789"), *span) == expected


def test_putting_again_replaces(store):
    key = put(store, b"long content")
    store.put(key, [b"short"])
    assert (read(store, key), keys(store)) == (b"short", [key])


def test_chunks_that_break_off_leave_nothing(store):
    def broken():
        yield b"x" * (20 << 20)
        raise ConnectionResetError("peer left")

    with pytest.raises(ConnectionResetError):
        store.put(make_key(), broken())
    assert keys(store) == []


def test_chunks_that_break_off_leave_what_was_there(store):
    def broken():
        yield b"new"
        raise ConnectionResetError("peer left")

    key = put(store, b"old")
    with pytest.raises(ConnectionResetError):
        store.put(key, broken())
    assert read(store, key) == b"old"


def test_missing_bytes_are_noticed_before_the_first_chunk(store):
    with pytest.raises(BytesMissing):
        store.read(make_key())
    with pytest.raises(BytesMissing):
        store.size(make_key())
    assert not store.exists(make_key())


def test_deleting_is_final_and_repeatable(store):
    key = put(store, b"x")
    store.delete(key)
    store.delete(key)
    assert (store.exists(key), keys(store)) == (False, [])


def test_listing_tells_when_bytes_were_written(store):
    before_ms = time.time() * 1000 - 2000
    key = put(store, b"x")
    (stored,) = store.list_keys()
    assert stored.key == key
    assert before_ms <= stored.modified_ms <= before_ms + 60_000


def test_keys_are_made_by_the_studio_and_differ():
    first, second = make_key(), make_key()
    assert first != second
    assert first[:2] + first[3:5] == first[6:10]


@pytest.mark.s3
def test_a_bucket_keeps_to_its_prefix(bucket, settings):
    bucket.put_object(Bucket=settings.STUDIO_S3_BUCKET, Key="elsewhere", Body=b"not ours")
    put(stores.main_store(), b"ours")
    assert len(keys(stores.main_store())) == 1


@pytest.mark.s3
def test_a_bucket_that_is_gone_is_a_clear_error(bucket, settings):
    settings.STUDIO_S3_BUCKET = "no-such-bucket"
    with pytest.raises(StoreUnavailable, match="bucket refuses"):
        put(stores.main_store(), b"x")
