"""Forks of a process that has loaded modules."""

import socket
import sys

from tests.forks import loaded_process, run_fork
from tests.waiting import LONGEST_WAIT_S

MODULES = ("base64",)


def say_hello() -> str | None:
    command = [sys.executable, "-c", "print('hello')"]
    return run_fork(command, MODULES, timeout=LONGEST_WAIT_S).stdout


def test_a_process_that_has_ended_is_started_again():
    assert say_hello() == "hello\n"
    # It ends where nobody can ask it any more.
    loaded_process(MODULES).requests.shutdown(socket.SHUT_RDWR)
    assert say_hello() == "hello\n"
