"""Lines of a log as the text that somebody copies."""

import pytest

from runs.artifacts.errors import InvalidLines, TooMuchText
from runs.artifacts.logs import copying
from runs.artifacts.logs.copying import copy_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(run, save):
    return save(run, "a.log", "".join(f"line {i}\n" for i in range(1, 101)))


def test_lines_are_whole_and_end_with_newlines(log):
    assert copy_lines(log, 10, 12) == "line 10\nline 11\nline 12\n"
    assert copy_lines(log, 1, 1) == "line 1\n"


def test_the_last_line_may_have_no_end_and_others_are_left_out(run, save):
    log = save(run, "a.log", "one\ntwo")
    assert copy_lines(log, 2, 500) == "two\n"
    assert copy_lines(log, 3, 500) == ""
    assert copy_lines(save(run, "b.log", ""), 1, 1) == ""


def test_empty_lines_are_kept(run, save):
    assert copy_lines(save(run, "a.log", "\n\none\n\n"), 1, 4) == "\n\none\n\n"


def test_colours_are_left_out_and_progress_is_folded(run, save):
    raw = "\x1b[31mred\x1b[0m\r\n10%\r50%\r100%\n\x1b]0;title\x07plain\n"
    assert copy_lines(save(run, "a.log", raw), 1, 3) == "red\n100%\nplain\n"


def test_a_long_line_comes_whole(run, save):
    line = "word " * 20_000
    assert copy_lines(save(run, "a.log", f"{line}\nend\n"), 1, 1) == f"{line}\n"


def test_bytes_that_are_no_text_do_no_harm(run, save):
    assert copy_lines(save(run, "a.log", b"\xff\xff \xc5\xbc\n"), 1, 1) == "\ufffd\ufffd \u017c\n"


def test_too_much_is_refused_with_the_limit(log, monkeypatch):
    monkeypatch.setattr(copying, "MAX_COPIED_BYTES", 100)
    with pytest.raises(TooMuchText, match=r"0\.0 MB; at most 0 MB"):
        copy_lines(log, 1, 100)
    assert copy_lines(log, 1, 10).startswith("line 1\n")


@pytest.mark.parametrize(("first", "last"), [(0, 5), (5, 4)])
def test_lines_that_cannot_be_are_refused(log, first, last):
    with pytest.raises(InvalidLines):
        copy_lines(log, first, last)


def test_what_is_still_counted_is_refused(log, monkeypatch):
    monkeypatch.setattr(copying, "index_of", lambda file, budget_s: None)
    with pytest.raises(InvalidLines, match="still being counted"):
        copy_lines(log, 1, 1)
