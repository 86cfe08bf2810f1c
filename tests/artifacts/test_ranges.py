"""Which bytes a Range header asks for."""

import pytest

from runs.artifacts.ranges import read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-4", (0, 5)),
        ("bytes=3-", (3, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("bytes=0-99", (0, 10)),
        ("bytes=9-9", (9, 10)),
        (" bytes = 1 - 2 ", (1, 3)),
    ],
)
def test_a_range_is_read(header, span):
    assert read_range(header, 10) == span


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b",
               "bytes=-1-2", "bytes=" + "9" * 30 + "-"],
)  # fmt: skip
def test_what_is_no_single_range_means_the_whole(header):
    assert read_range(header, 10) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=99-", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_range_behind_the_end_is_empty(header, size):
    start, stop = read_range(header, size)
    assert start >= stop
