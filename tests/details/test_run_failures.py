"""Why a run has failed: what its log says at its end."""

import pytest

from runs.artifacts.services import save_file
from runs.details.run_failures import Failure, read_failure
from runs.tracking import services
from tests.factories import make_run

pytestmark = pytest.mark.django_db
TRACEBACK = b"""epoch 1
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    train()
ValueError: loss is nan
"""


def failed_run(log: bytes | None = None, reason: str = "", path: str = "user_logs/std_log.txt"):
    run = make_run()
    if log is not None:
        save_file(owner=run, path=path, chunks=[log])
    services.update_run(run=run, status="Failed", reason=reason)
    return run


def test_a_run_that_goes_on_has_not_failed():
    run = make_run()
    save_file(owner=run, path="logs/a.log", chunks=[TRACEBACK])

    assert read_failure(run) is None


def test_the_error_is_what_the_last_traceback_ends_with():
    failure = read_failure(
        failed_run(b"Traceback (most recent call last):\n x\nKeyError: 1\n" + TRACEBACK)
    )

    assert failure.message == "ValueError: loss is nan"
    assert failure.line_no == 5


def test_a_reason_that_was_given_is_kept():
    failure = read_failure(failed_run(TRACEBACK, reason="out of patience"))

    assert failure.message == "out of patience"
    assert failure.line_no == 2


def test_the_log_says_why_a_script_has_exited():
    failure = read_failure(failed_run(TRACEBACK, reason="exit code 1"))

    assert failure.message == "ValueError: loss is nan (exit code 1)"
    assert failure.word == "ValueError"
    assert read_failure(failed_run(b"bye\n", reason="exit code 1")).message == "exit code 1"


def test_an_error_without_a_traceback_is_found():
    failure = read_failure(failed_run(b"fine\nERROR no space left\nbye\n"))

    assert (failure.message, failure.line_no) == ("ERROR no space left", 2)


def test_the_last_twenty_lines_are_shown():
    failure = read_failure(failed_run(b"".join(b"line %d\n" % n for n in range(50))))

    assert [line.text for line in failure.tail] == [f"line {n}" for n in range(30, 50)]
    assert failure.line_no is None


def test_without_a_log_only_the_reason_is_told():
    assert read_failure(failed_run()) == Failure("")
    assert read_failure(failed_run(reason="killed")).message == "killed"


def test_a_traceback_that_is_cut_off_is_told_by_its_first_line():
    failure = read_failure(failed_run(b"Traceback (most recent call last):\n  File"))

    assert failure.message == "Traceback (most recent call last):"


def test_of_a_traceback_of_the_run_itself_the_message_is_its_end():
    run = make_run()
    services.update_run(
        run=run, status="Failed", error="Traceback (most recent call last):\n  x\nKeyError: 1"
    )
    failure = read_failure(run)
    assert (failure.message, failure.log_path) == ("KeyError: 1", "")
    assert failure.traceback.startswith("Traceback")


def test_the_lines_around_the_error_are_shown_not_the_end_of_the_log():
    log = b"before\n" * 50 + TRACEBACK + b"cleaning up\n" * 200
    lines = [line.text for line in read_failure(failed_run(log)).tail]
    assert lines[:3] == ["before", "before", "epoch 1"]
    assert "ValueError: loss is nan" in lines
    assert len(lines) == 20


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("torch.cuda.OutOfMemoryError: CUDA out of memory", "out of memory"),
        ("RuntimeError: CUDA out of memory. Tried to allocate 2 GiB", "out of memory"),
        ("torch.cuda.OutOfMemoryError: no room", "OutOfMemoryError"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("out of patience", "out of patience"),
    ],
)
def test_an_exception_has_a_short_name(message, word):
    assert Failure(message).word == word
