"""When the lines of a log arrived."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.artifacts import queries, services
from runs.artifacts.logs import appending, times
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.logs.reading import read_lines
from runs.artifacts.models import LogTimes
from runs.artifacts.purging import erase_files
from runs.artifacts.stores import local_store

pytestmark = pytest.mark.django_db

LOG = "user_logs/std_log.txt"
START = 1_780_000_000_000


@pytest.fixture
def clock(monkeypatch):
    """The time of the room, which a test sets."""

    class Clock:
        ms = START

    monkeypatch.setattr(appending, "now_ms", lambda: Clock.ms)
    return Clock


@pytest.fixture
def append(run, clock):
    """Append to the log at a time, in ms after its start."""

    def append_at(after_ms: int, data: bytes, offset: int | None = None) -> None:
        clock.ms = START + after_ms
        end = size_of(run) if offset is None else offset
        append_log(run=run, path=LOG, offset=end, data=data)

    return append_at


@pytest.fixture
def small_rows(monkeypatch):
    """Begin a row after 8 marks, so that a short log has several."""
    monkeypatch.setattr(times, "MARKS_PER_ROW", 8)


def size_of(run) -> int:
    file = queries.files_of(run).filter(path=LOG).first()
    return file.size_bytes if file else 0


def received(run) -> list[int | None]:
    """When each line arrived, in ms after the start."""
    page = read_lines(queries.get_file(run, LOG), count=5000)
    return [line.received_ms and line.received_ms - START for line in page.lines]


def test_every_line_knows_when_it_arrived(run, append):
    append(0, b"one\ntwo\n")
    append(5000, b"three\n")
    append(65_000, b"four\nfive\n")
    assert received(run) == [0, 0, 5000, 65_000, 65_000]


def test_a_line_that_comes_in_parts_has_the_time_of_its_beginning(run, append):
    append(0, b"one\nepoch 2: ")
    append(9000, b"done\nthree\n")
    assert received(run) == [0, 0, 9000]


def test_a_page_from_the_middle_knows_its_times(run, append):
    for second in range(20):
        append(second * 1000, b"line\n" * 10)
    page = read_lines(queries.get_file(run, LOG), first_line=95, count=10)
    assert [line.received_ms - START for line in page.lines] == [9000] * 6 + [10_000] * 4
    assert page.received == (START, START + 19_000)


def test_what_is_sent_again_adds_no_time(run, append):
    append(0, b"one\n")
    append(5000, b"one\n", offset=0)
    append(9000, b"one\ntwo\n", offset=0)
    assert received(run) == [0, 9000]
    [row] = LogTimes.objects.all()
    assert len(row.marks) == 2 * 16


def test_there_is_one_mark_a_second_at_most(run, append):
    for ms in range(0, 3000, 100):
        append(ms, b"line\n")
    [row] = LogTimes.objects.all()
    assert len(row.marks) == 3 * 16
    assert received(run) == [0] * 10 + [1000] * 10 + [2000] * 10


def test_an_append_within_the_second_costs_no_query_more(run, append):
    append(0, b"one\n")
    with CaptureQueriesContext(connection) as captured:
        append(10, b"two\n")
    assert not [query for query in captured if "logtimes" in query["sql"]]


def test_marks_are_told_in_rows_of_a_bounded_size(run, append, small_rows):
    for second in range(20):
        append(second * 1000, b"line\n")
    sizes = LogTimes.objects.order_by("first_byte").values_list("marks", flat=True)
    assert [len(marks) // 16 for marks in sizes] == [8, 8, 4]
    assert received(run) == [second * 1000 for second in range(20)]


def test_a_log_of_weeks_has_fewer_marks_as_it_grows_old(run, append):
    week = 7 * 86_400_000
    append(0, b"first\n")
    for second in range(100):
        append(week + second * 1000, b"line\n")
    marks = sum(len(row.marks) for row in LogTimes.objects.all()) // 16
    assert 9 <= marks <= 11
    late = [abs(at - week - second * 1000) for second, at in enumerate(received(run)[1:])]
    assert max(late) < 13_000


def test_a_file_that_was_sent_as_a_whole_knows_no_times(run, save):
    save(run, LOG, b"one\ntwo\n")
    page = read_lines(queries.get_file(run, LOG))
    assert [line.received_ms for line in page.lines] == [None, None]
    assert page.received is None


def test_what_goes_on_behind_unknown_lines_is_known(run, append, save, clock):
    save(run, LOG, b"one\n")
    append(86_400_000_000, b"two\n")
    assert received(run) == [None, 86_400_000_000]


def test_a_replaced_file_forgets_the_times_of_the_old_one(run, append, save):
    append(0, b"one\n")
    finish_log(run=run, path=LOG)
    save(run, LOG, b"other\n")
    assert received(run) == [None]
    assert not LogTimes.objects.exists()


def test_bytes_that_were_lost_lose_their_times(run, append, small_rows):
    """As after a restore of the files from an older copy than the database."""
    for second in range(20):
        append(second * 1000, b"line\n")
    with local_store().resolve(queries.get_file(run, LOG).key).open("r+b") as file:
        file.truncate(3 * 5)
    append(700_000, b"line\n" * 2, offset=15)
    assert received(run) == [0, 1000, 2000, 700_000, 700_000]


def test_times_stay_when_a_log_is_finished_and_goes_on(run, append):
    append(0, b"one\n")
    finish_log(run=run, path=LOG)
    append(7000, b"two\n")
    assert received(run) == [0, 7000]


def test_a_clock_that_is_set_back_does_no_harm(run, append):
    append(60_000, b"one\n")
    append(0, b"two\n")
    assert received(run) == [60_000, 0]


@pytest.mark.parametrize("erase", ["delete", "purge"])
def test_times_go_with_their_log(run, append, erase):
    append(0, b"one\n")
    if erase == "delete":
        services.delete_path(owner=run, path=LOG)
    else:
        erase_files([run.pk], most=10)
    assert not LogTimes.objects.exists()


def test_reading_costs_two_queries(run, append, django_assert_num_queries):
    append(0, b"one\n" * 1000)
    file = queries.get_file(run, LOG)
    with django_assert_num_queries(2):
        read_lines(file, last=True)
    assert times.read_times(file, []) == []


def test_lines_are_found_by_the_time_at_which_they_arrived(run, append):
    for second in range(10):
        append(second * 10_000, f"at {second * 10}\n".encode())

    def line_at(after_ms: int) -> str:
        page = read_lines(queries.get_file(run, LOG), at_ms=START + after_ms, count=1)
        return page.lines[0].text

    assert [line_at(ms) for ms in (-5, 0, 29_999, 30_000, 9_999_999)] == [
        "at 0", "at 0", "at 20", "at 30", "at 90",
    ]  # fmt: skip


@pytest.mark.both_databases
def test_a_file_without_times_is_read_from_its_beginning(run):
    services.save_file(owner=run, path=LOG, chunks=[b"one\ntwo\n"])
    page = read_lines(queries.get_file(run, LOG), at_ms=START, count=1)
    assert page.lines[0].text == "one"
