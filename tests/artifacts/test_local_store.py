"""What only the local folder has: the resolver, appending, locks and a full disk."""

import errno
import os
import resource
import threading

import pytest

from runs.artifacts.errors import InvalidPath, StoreFull, StoreUnavailable
from runs.artifacts.stores.base import make_key
from runs.artifacts.stores.local import LocalStore


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "root")


@pytest.mark.parametrize(
    "key",
    ["../secret", "aa/../../secret", "/etc/passwd", "../root2/secret", "..", ".", "", "a\x00b",
     "aa/../../root2"],
)  # fmt: skip
def test_a_key_that_leads_out_is_refused(store, tmp_path, key):
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "secret").write_text("s")
    with pytest.raises(InvalidPath):
        store.resolve(key)


def test_a_symlink_that_leads_out_is_refused(store, tmp_path):
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "secret").write_text("s")
    store.root.mkdir()
    (store.root / "folder").symlink_to(tmp_path / "root2")
    (store.root / "file").symlink_to(tmp_path / "root2" / "secret")
    for key in ("folder/secret", "file"):
        with pytest.raises(InvalidPath):
            store.read(key)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_link_on_the_way_of_an_own_key_is_noticed(store, tmp_path, depth):
    key, outside = make_key(), LocalStore(tmp_path / "outside")
    outside.put(key, [b"secret"])
    part = "/".join(key.split("/")[:depth])
    (store.root / part).parent.mkdir(parents=True)
    (store.root / part).symlink_to(outside.root / part)
    with pytest.raises(InvalidPath):
        store.read(key)


def test_a_symlink_is_not_listed(store, tmp_path):
    (tmp_path / "outside").write_text("s")
    store.root.mkdir()
    (store.root / "link").symlink_to(tmp_path / "outside")
    assert list(store.list_keys()) == []


def test_the_root_itself_may_be_a_symlink(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store, key = LocalStore(tmp_path / "link"), make_key()
    store.put(key, [b"x"])
    assert (tmp_path / "real" / key).read_bytes() == b"x"


def test_files_are_private_to_the_studio(store):
    key = make_key()
    store.put(key, [b"x"])
    assert store.resolve(key).stat().st_mode & 0o777 == 0o600


def test_appending_cuts_what_lay_behind_the_offset(store):
    key = make_key()
    with store.lock(key):
        store.append(key, 0, b"acknowledged, not")
        store.append(key, 12, b" + new")
    assert b"".join(store.read(key)) == b"acknowledged + new"


def test_a_lock_creates_an_empty_file_and_keeps_a_full_one(store):
    key = make_key()
    with store.lock(key):
        assert store.size(key) == 0
        store.append(key, 0, b"x")
    with store.lock(key):
        assert store.size(key) == 1


def test_only_one_writer_holds_a_lock(store):
    key, inside, most = make_key(), [], []

    def write():
        for _ in range(50):
            with store.lock(key):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (200, 1)


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, StoreFull), (errno.EROFS, StoreUnavailable)]
)
def test_a_refusing_disk_is_a_clear_error_and_leaves_nothing(store, monkeypatch, number, expected):
    def refuse(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    store.root.mkdir()
    with pytest.raises(expected):
        store.put("key", [b"x"])
    assert list(store.list_keys()) == []


@pytest.fixture
def little_space():
    """Let this process write files of at most one megabyte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_on_the_way_keeps_nothing(store, little_space):
    with pytest.raises(StoreFull):
        store.put(make_key(), [b"x" * (1 << 19)] * 3)
    assert list(store.list_keys()) == []


def test_an_append_that_did_not_fit_can_be_repeated(store, little_space):
    key = make_key()
    with store.lock(key):
        store.append(key, 0, b"kept ")
        with pytest.raises(StoreFull):
            store.append(key, 5, b"x" * (2 << 20))
        store.append(key, 5, b"after")
    assert b"".join(store.read(key)) == b"kept after"


def test_a_store_that_cannot_be_read_is_told_from_missing_bytes(store):
    key = make_key()
    store.put(key, [b"x"])
    store.resolve(key).unlink()
    store.resolve(key).mkdir()
    with pytest.raises(StoreUnavailable, match="directory"):
        store.read(key)


def test_a_reader_that_is_never_read_leaves_no_open_file(store):
    key = make_key()
    store.put(key, [b"x"])
    before = len(os.listdir("/proc/self/fd"))
    with pytest.warns(ResourceWarning):
        store.read(key)
    assert len(os.listdir("/proc/self/fd")) == before
