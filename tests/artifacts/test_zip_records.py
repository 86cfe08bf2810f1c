"""Zips by our own records: read by other people's tools, small and huge."""

import io
import os
import random
import shutil
import subprocess
import zipfile
import zlib

import pytest

from runs.artifacts.errors import BytesMissing
from runs.artifacts.zipping import records
from runs.artifacts.zipping.deflating import deflated
from runs.artifacts.zipping.layout import Layout
from runs.artifacts.zipping.records import ZipMember
from runs.artifacts.zipping.sending import CHUNK_BYTES, in_chunks

CONTENTS = {
    "a.txt": b"hello",
    "empty": b"",
    "deep/er/b.bin": bytes(range(256)) * 40,
    "emoji 🚂/ünïcode.txt": b"text " * 500,
    "x" * 200 + "/" + "y" * 200: b"long name",
    "photo.png": b"\x89PNG" + b"packed already" * 9,
}
TOOLS = {
    "unzip": ["unzip", "-tqq"],
    "7z": ["7z", "t", "-bso0", "-bsp0"],
    "bsdtar": ["bsdtar", "-xOf"],
}


def members_of(contents: dict[str, bytes], *, known: bool = True) -> list[ZipMember]:
    return [
        ZipMember(name.encode(), len(data), zlib.crc32(data) if known else None, 1_700_000_001_000)
        for name, data in contents.items()
    ]


def reader(contents: dict[str, bytes]):
    values = list(contents.values())
    return lambda number, start, stop: iter([values[number][start:stop]])


def stored_zip(contents: dict[str, bytes], *, known: bool = True) -> bytes:
    layout = Layout(members_of(contents, known=known), reader(contents))
    data = b"".join(layout.pieces())
    assert len(data) == layout.size_bytes
    return data


def deflated_zip(contents: dict[str, bytes]) -> bytes:
    return b"".join(deflated(members_of(contents), reader(contents)))


@pytest.fixture(params=["plain", "all zip64", "zip64 from 1000 bytes"])
def limits(request, monkeypatch):
    """The limits where zip64 begins: the real ones, and ones that a small zip passes."""
    if request.param != "plain":
        low = 0 if request.param == "all zip64" else 1000
        monkeypatch.setattr(records, "LIMIT_BYTES", low)
        monkeypatch.setattr(records, "LIMIT_COUNT", 3)


@pytest.fixture(params=["known", "unknown", "deflated"])
def archive(request, limits) -> bytes:
    """The contents as a zip of each kind."""
    if request.param == "deflated":
        return deflated_zip(CONTENTS)
    return stored_zip(CONTENTS, known=request.param == "known")


def test_pythons_zipfile_reads_every_file(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        assert file.testzip() is None
        assert {name: file.read(name) for name in file.namelist()} == CONTENTS


@pytest.mark.parametrize("tool", TOOLS)
def test_other_tools_find_no_fault(archive, tmp_path, tool):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    path = tmp_path / "a.zip"
    path.write_bytes(archive)
    subprocess.run([*TOOLS[tool], path], check=True, capture_output=True)


@pytest.mark.parametrize("tool", ["unzip", "bsdtar"])
def test_other_tools_unpack_names_contents_and_times(archive, tmp_path, tool):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    path, target = tmp_path / "a.zip", tmp_path / "out"
    path.write_bytes(archive)
    target.mkdir()
    command = ["unzip", "-q", path] if tool == "unzip" else ["bsdtar", "-xf", path]
    subprocess.run(command, check=True, cwd=target, env=os.environ | {"LC_ALL": "C.UTF-8"})
    for name, data in CONTENTS.items():
        assert (target / name).read_bytes() == data
        assert (target / name).stat().st_mtime == 1_700_000_001


def test_a_stream_can_be_unpacked_from_a_pipe(tmp_path):
    """Without the table of contents at the end, as `curl … | bsdtar -xf -` does."""
    if not shutil.which("bsdtar"):
        pytest.skip("bsdtar is not installed")
    for data in (stored_zip(CONTENTS), deflated_zip(CONTENTS)):
        listed = subprocess.run(["bsdtar", "-tf", "-"], input=data, check=True, capture_output=True)
        assert len(listed.stdout.splitlines()) == len(CONTENTS)


def test_an_empty_zip_is_a_zip():
    assert zipfile.ZipFile(io.BytesIO(stored_zip({}))).namelist() == []
    assert zipfile.ZipFile(io.BytesIO(deflated_zip({}))).namelist() == []


def test_permissions_and_system_are_told():
    with zipfile.ZipFile(io.BytesIO(stored_zip(CONTENTS))) as file:
        info = file.getinfo("a.txt")
    assert (info.external_attr >> 16, info.create_system) == (0o100644, 3)
    assert info.date_time == (2023, 11, 14, 22, 13, 20)


@pytest.mark.parametrize("modified_ms", [-5, 0, 10**15, 2**62])
def test_strange_times_are_bent_to_what_a_zip_can_hold(modified_ms):
    layout = Layout([ZipMember(b"a", 1, zlib.crc32(b"x"), modified_ms)], reader({"a": b"x"}))
    with zipfile.ZipFile(io.BytesIO(b"".join(layout.pieces()))) as file:
        assert file.testzip() is None


def test_compressing_makes_text_smaller_and_leaves_packed_files_alone():
    data = deflated_zip({"a.txt": b"text " * 10_000, "b.png": b"text " * 10_000})
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        text, picture = file.infolist()
    assert text.compress_size < 1000
    assert (picture.compress_size, picture.compress_type) == (50_000, zipfile.ZIP_STORED)


def test_any_range_is_the_same_as_a_slice_of_the_whole(limits):
    layout = Layout(members_of(CONTENTS), reader(CONTENTS))
    whole = b"".join(layout.pieces())
    edges = {0, 1, len(whole) - 1, len(whole), *layout.offsets, *(o + 1 for o in layout.offsets)}
    chance = random.Random(7)
    edges |= {chance.randrange(len(whole)) for _ in range(40)}
    for start in edges:
        for stop in (*chance.sample(sorted(edges), 5), None, len(whole) + 9):
            assert b"".join(layout.pieces(start, stop)) == whole[start:stop]


def test_a_range_does_not_read_the_files_before_it():
    read = []

    def watched(number, start, stop):
        read.append((number, start, stop))
        return reader(CONTENTS)(number, start, stop)

    layout = Layout(members_of(CONTENTS), watched)
    start = layout.offsets[2] + 200
    next(in_chunks(layout.pieces(start, start + 50)))
    assert [number for number, *_ in read] == [2]


def test_a_zip_with_unknown_checksums_has_no_ranges():
    layout = Layout(members_of(CONTENTS, known=False), reader(CONTENTS))
    assert not layout.is_known
    with pytest.raises(ValueError, match="from its beginning"):
        list(layout.pieces(1))


def test_the_etag_changes_with_any_fact():
    def etag(**changes) -> str:
        facts = {"name": b"a", "size_bytes": 1, "crc32": 2, "modified_ms": 3} | changes
        return Layout([ZipMember(**facts)], reader({})).etag

    changed = [{"name": b"b"}, {"size_bytes": 2}, {"crc32": 3}, {"crc32": None}, {"modified_ms": 4}]
    assert len({etag(), *(etag(**change) for change in changed)}) == 6
    assert etag() == etag()


@pytest.mark.parametrize("send", [lambda m, r: Layout(m, r).pieces(), deflated])
def test_a_file_that_lost_bytes_breaks_the_download_off(send):
    members = [ZipMember(b"a", 10, 1, 0)]
    with pytest.raises(BytesMissing):
        list(send(members, reader({"a": b"short"})))


def test_small_pieces_travel_together_and_large_ones_alone():
    small, large = [b"ab"] * 1000, b"x" * CHUNK_BYTES
    chunks = list(in_chunks([large, *small, large]))
    assert chunks[0] is large
    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES, 2000 + CHUNK_BYTES]


# -- gigabytes -------------------------------------------------------------------------------------


class Pattern:
    """A file of any size whose bytes are made when they are read."""

    BLOCK = bytes(range(256)) * 4096

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.crc32 = 0
        for chunk in self.read(0, size_bytes):
            self.crc32 = zlib.crc32(chunk, self.crc32)

    def read(self, start: int, stop: int):
        while start < stop:
            at = start % len(self.BLOCK)
            chunk = self.BLOCK[at : at + stop - start]
            start += len(chunk)
            yield chunk


def write(path, pieces) -> None:
    with open(path, "wb", buffering=0) as file:
        for chunk in in_chunks(pieces):
            file.write(chunk)


def check_with_all_tools(path) -> None:
    for tool, command in TOOLS.items():
        assert shutil.which(tool), f"{tool} is not installed"
        subprocess.run([*command, path], check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["known", "unknown", "deflated"])
def test_a_zip_of_more_than_four_gibibytes_is_right(tmp_path, kind):
    files = [Pattern(5), Pattern((4 << 30) + 123), Pattern((200 << 20) + 1), Pattern(0)]
    members = [
        ZipMember(
            b"file %d" % number, each.size_bytes, None if kind == "unknown" else each.crc32, 0
        )
        for number, each in enumerate(files)
    ]

    def read(number, start, stop):
        return files[number].read(start, stop)

    layout = Layout(members, read)
    path = tmp_path / "big.zip"
    write(path, deflated(members, read) if kind == "deflated" else layout.pieces())
    if kind != "deflated":
        assert path.stat().st_size == layout.size_bytes
    check_with_all_tools(path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["known", "unknown", "deflated"])
def test_a_zip_of_more_than_65535_files_is_right(tmp_path, kind):
    data = b"content of a small file"
    crc = None if kind == "unknown" else zlib.crc32(data)
    members = [
        ZipMember(b"folder %d/file %d.txt" % (n % 97, n), len(data), crc, 0) for n in range(70_000)
    ]

    def read(number, start, stop):
        return iter([data[start:stop]])

    layout = Layout(members, read)
    path = tmp_path / "many.zip"
    write(path, deflated(members, read) if kind == "deflated" else layout.pieces())
    check_with_all_tools(path)
    with zipfile.ZipFile(path) as file:
        assert len(file.namelist()) == 70_000
