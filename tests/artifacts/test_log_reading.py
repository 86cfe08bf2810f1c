"""Pages of a log: by line, by byte, from the end; what is shown of strange lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.artifacts import queries
from runs.artifacts.logs import line_index, reading, spans
from runs.artifacts.logs.appending import append_log
from runs.artifacts.logs.copying import copy_lines
from runs.artifacts.logs.reading import line_number, read_lines, read_log, tail_log
from runs.artifacts.services import save_file

pytestmark = pytest.mark.django_db

TEN = b"".join(b"line %d\n" % number for number in range(1, 11))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of 64 bytes, so that a short log has many."""
    monkeypatch.setattr(line_index, "BLOCK_BYTES", 64)
    monkeypatch.setattr(spans, "BLOCK_BYTES", 64)


@pytest.fixture
def log(run, save):
    """Save bytes as a log."""
    return lambda content: save(run, "logs/a.txt", content)


def texts(page) -> list[str]:
    return [line.text for line in page.lines]


def numbers(page) -> list[int]:
    return [line.no for line in page.lines]


def test_a_log_opens_at_its_beginning(log):
    page = read_lines(log(TEN), count=3)
    assert (texts(page), numbers(page)) == (["line 1", "line 2", "line 3"], [1, 2, 3])
    assert (page.total_lines, page.total_bytes, page.at_end) == (10, len(TEN), False)
    assert (page.first_byte, page.next_byte) == (0, 21)


def test_a_log_opens_at_its_end(log):
    page = read_lines(log(TEN), last=True, count=3)
    assert (texts(page), numbers(page)) == (["line 8", "line 9", "line 10"], [8, 9, 10])
    assert page.at_end


def test_pages_follow_each_other_without_gap_or_overlap(log):
    file, seen, at = log(TEN), [], 0
    while at < file.size_bytes:
        page = read_lines(file, from_byte=at, count=3)
        seen, at = seen + texts(page), page.next_byte
    assert seen == TEN.decode().splitlines()


def test_pages_lead_back_without_gap_or_overlap(log):
    file, seen, at = log(TEN), [], len(TEN)
    while at > 0:
        page = read_lines(file, before_byte=at, count=3)
        seen, at = texts(page) + seen, page.first_byte
    assert seen == TEN.decode().splitlines()


@pytest.mark.parametrize(
    ("first", "shown"), [(1, [1, 2]), (5, [5, 6]), (10, [10]), (11, []), (0, [1, 2])]
)
def test_a_line_is_reached_by_its_number(log, first, shown):
    assert numbers(read_lines(log(TEN), first_line=first, count=2)) == shown


def test_a_byte_is_shown_with_its_surroundings(log):
    page = read_lines(log(TEN), around_byte=30, count=5)
    assert numbers(page) == [3, 4, 5, 6, 7]
    assert page.lines[2].byte <= 30 < page.lines[3].byte


@pytest.mark.both_databases
def test_a_byte_within_a_line_means_that_line(log):
    assert numbers(read_lines(log(TEN), from_byte=24, count=1)) == [4]
    assert line_number(log(TEN), 24) == 4


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n", b"a", b"a\n", b"a\nb", b"\na"])
def test_ends_of_line_are_counted_as_editors_do(log, content):
    file, expected = log(content), content.decode().split("\n")
    if expected[-1] == "":
        expected.pop()
    for page in (read_lines(file), read_lines(file, last=True)):
        assert texts(page) == expected
        assert (page.total_lines, page.at_end) == (len(expected), True)


def test_an_unfinished_last_line_is_sent_again_while_the_log_grows(run):
    append_log(run=run, path="a.log", offset=0, data=b"one\ntw")
    page = read_lines(queries.get_file(run, "a.log"))
    assert (texts(page), page.next_byte, page.growing) == (["one", "tw"], 4, True)
    append_log(run=run, path="a.log", offset=6, data=b"o\nthree")
    page = read_lines(queries.get_file(run, "a.log"), from_byte=page.next_byte)
    assert (texts(page), numbers(page)) == (["two", "three"], [2, 3])


def test_a_character_that_is_half_written_is_left_out(run):
    data = "zażółć".encode()
    append_log(run=run, path="a.log", offset=0, data=data[:-1])
    assert texts(read_lines(queries.get_file(run, "a.log"))) == ["zażół"]


def test_what_is_no_utf8_shows_as_latin_or_as_replaced(log):
    mixed = "\u017c".encode() + b" caf\xe9\n"
    assert texts(read_lines(log(b"caf\xe9\nna\xefve\n" + mixed))) == [
        "caf\xe9", "na\xefve", "\u017c caf\ufffd"
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_a_byte_order_mark_says_the_encoding_and_is_not_shown(log, encoding):
    text = "\ufeffone\r\n\r\nżółć 🙂\r\nlast"
    file = log(text.encode(encoding))
    assert texts(read_lines(file)) == ["one", "", "żółć 🙂", "last"]
    assert texts(read_lines(file, first_line=3, count=1)) == ["żółć 🙂"]
    assert copy_lines(file, 1, 3) == "one\n\nżółć 🙂\n"


def test_a_colour_goes_on_in_the_lines_below_until_it_is_reset(log):
    file = log("\x1b[31mred\n" + "still\n" * 50 + "\x1b[0mplain\n")
    shown = [line.segments for line in read_lines(file, first_line=50, count=3).lines]
    assert shown == [[("still", "fg-1")], [("still", "fg-1")], [("plain", "")]]


def test_windows_ends_of_line_vanish(log):
    assert texts(read_lines(log(b"a\r\nb\r\n"))) == ["a", "b"]


def test_a_progress_bar_is_folded_to_its_last_state(log):
    bar = b"".join(b"\r%3d%%" % percent for percent in range(101))
    assert texts(read_lines(log(b"start\n" + bar + b"\nend\n"))) == ["start", "100%", "end"]


def test_a_huge_progress_bar_is_folded_without_reading_it_all(log, monkeypatch):
    monkeypatch.setattr(reading, "_FETCH_BYTES", 1000)
    bar = b"".join(b"\r%4d/5000" % step for step in range(1, 5001))
    page = read_lines(log(b"start\n" + bar + b"\nend\n"), last=True, count=2)
    assert texts(page) == ["5000/5000", "end"]
    assert not page.lines[0].is_cut


@pytest.mark.parametrize("fetch_bytes", [1 << 22, 1000])
def test_a_huge_line_is_cut_and_says_so(log, monkeypatch, fetch_bytes):
    monkeypatch.setattr(reading, "_FETCH_BYTES", fetch_bytes)
    page = read_lines(log("é".encode() * 100_000 + b"\nend\n"))
    assert (page.lines[0].text, page.lines[0].is_cut) == ("é" * (reading.MAX_LINE_BYTES // 2), True)
    assert (page.lines[0].size_bytes, texts(page)[1]) == (200_001, "end")


def test_colours_are_kept_as_styles(log):
    (line,) = read_lines(log(b"\x1b[31mERROR\x1b[0m boom\n")).lines
    assert (line.segments, line.level) == ([("ERROR", "fg-1"), (" boom", "")], "error")


def test_numbers_are_unknown_until_the_file_is_counted(log):
    file = log(TEN * 1000)
    page = read_lines(file, last=True, count=1, budget_s=-1)
    assert (texts(page), numbers(page), page.total_lines) == (["line 10"], [None], None)
    assert read_lines(file, last=True, count=1).total_lines == 10_000


def test_counting_goes_on_where_it_was_interrupted(log):
    file = log(TEN * 10)
    tries = 0
    while read_lines(file, budget_s=-1).total_lines is None:
        tries += 1
    assert tries == len(TEN) * 10 // 64 - 1


def test_an_index_is_kept_over_a_restart(log, monkeypatch):
    monkeypatch.setattr(line_index, "_KEPT_BLOCKS", 4)
    file = log(TEN * 100)
    read_lines(file)
    line_index._cached.clear()
    assert line_index._recall(file.key).counted_bytes == len(TEN) * 100 // 64 * 64


def test_a_log_opens_where_its_index_cannot_be_kept(log, monkeypatch, files_dir):
    monkeypatch.setattr(line_index, "_KEPT_BLOCKS", 1)
    (files_dir.parent / "line_indexes").write_text("in the way")
    assert read_lines(log(TEN * 10)).total_lines == 100


def test_a_broken_index_is_made_again(log):
    file = log(TEN)
    line_index.index_store().put(file.key, [b"rubbish"])
    assert read_lines(file).total_lines == 10


def test_an_index_follows_a_growing_log(run):
    for part in range(20):
        append_log(run=run, path="a.log", offset=part * len(TEN), data=TEN)
        assert read_lines(queries.get_file(run, "a.log")).total_lines == (part + 1) * 10


def test_raw_bytes_are_read_by_range(log):
    part = read_log(log(b"0123456789"), 3, 4)
    assert (part.data, part.start, part.next_byte, part.size_bytes) == (b"3456", 3, 7, 10)


@pytest.mark.parametrize(
    ("start", "limit", "data"),
    [(-3, 99, b"789"), (-99, 2, b"01"), (10, 5, b""), (99, 5, b""), (0, 0, b""), (0, -1, b"")],
)
def test_a_range_is_kept_within_the_log(log, start, limit, data):
    assert read_log(log(b"0123456789"), start, limit).data == data


def test_the_tail_is_read_without_counting(log):
    file = log(TEN)
    assert [line.text for line in tail_log(file, 2)] == ["line 9", "line 10"]
    assert [line.no for line in tail_log(file, 1)] == [None]


@settings(max_examples=60)
@given(lines=st.lists(st.text("ab é🚂", max_size=90), max_size=20), data=st.data())
def test_any_page_is_a_slice_of_the_lines(run, lines, data):
    content = "\n".join(lines).encode()
    file = save_file(owner=run, path="any.log", chunks=[content])
    expected = content.decode().split("\n")
    if expected[-1] == "":
        expected.pop()
    first = data.draw(st.integers(1, len(expected) + 1))
    count = data.draw(st.integers(1, 30))
    assert texts(read_lines(file, first_line=first, count=count)) == expected[first - 1 :][:count]
    assert texts(read_lines(file, last=True, count=count)) == expected[-count:]
    byte = data.draw(st.integers(0, len(content)))
    no = content[:byte].count(b"\n")
    assert line_number(file, byte) == no + 1
    assert texts(read_lines(file, from_byte=byte, count=count)) == expected[no:][:count]
    assert texts(read_lines(file, before_byte=byte, count=count)) == expected[:no][-count:]
