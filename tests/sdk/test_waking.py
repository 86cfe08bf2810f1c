"""A wait ends whenever a signal comes, also where Python's handlers would come too late."""

import os
import signal
import threading
import time

import pytest

from studio.sdk.supervisor.waking import Waker

LONG_S = 60.0


@pytest.fixture
def waker():
    before = signal.getsignal(signal.SIGUSR1)
    yield Waker()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGUSR1, before)


def ends_early(waker: Waker, act) -> bool:
    """Tell whether a wait ends before its time when something happens meanwhile."""
    threading.Timer(0.1, act).start()
    began = time.monotonic()
    waker.wait(LONG_S)
    return time.monotonic() - began < LONG_S


def test_a_thread_wakes(waker):
    assert ends_early(waker, waker.wake)


def test_a_signal_wakes(waker):
    waker.on_signal(signal.SIGUSR1)
    assert ends_early(waker, lambda: os.kill(os.getpid(), signal.SIGUSR1))


def test_a_signal_that_another_thread_gets_wakes(waker):
    """It does not interrupt the wait of the main thread, where handlers run."""
    waker.on_signal(signal.SIGUSR1)

    def strike_itself() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    assert ends_early(waker, strike_itself)
