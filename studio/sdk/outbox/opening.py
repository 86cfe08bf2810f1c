"""The outboxes of this process, and what happens to them at its end."""

import atexit
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from studio.sdk.outbox.outbox import EXIT_WAIT_S, NoPlace, Outbox
from studio.sdk.outbox.writer import complain
from studio.sdk.settings import Settings

_open: dict[tuple[str, str, str], Outbox] = {}
_no_place: set[str] = set()
_is_watching = False
_making = threading.RLock()


def outbox_of(settings: Settings, run_id: str, **options: Any) -> Outbox | None:
    """Return the outbox of a run in this process, opened where there is none; None where no folder
    of this machine can be written to."""
    key = (settings.url, settings.workspace, run_id)
    found = _open.get(key)
    if found is not None and found.pid == os.getpid() and not options:
        return found
    if run_id in _no_place:
        return None
    watch_the_end()
    try:
        with _making:
            made = _open.get(key)
            if made is None or made.pid != os.getpid() or options:
                made = _open[key] = make_outbox(settings, run_id, **options)
            return made
    except (NoPlace, OSError):
        _no_place.add(run_id)
        told = f"nothing of the run {run_id} is kept: no folder can be written to"
        complain(f"{told}. Set STUDIO_OUTBOX to one that can.")
        return None


def make_outbox(settings: Settings, run_id: str, **options: Any) -> Outbox:
    """Make an outbox, once more where somebody has removed the one of before just then."""
    try:
        return Outbox(settings, run_id, **options)
    except FileNotFoundError:
        return Outbox(settings, run_id, **options)


def close(outbox: Outbox) -> None:
    """Forget an outbox that is ended."""
    for key, one in list(_open.items()):
        if one is outbox:
            del _open[key]
    outbox.close()


def watch_the_end() -> None:
    """Install the hooks for uncaught exceptions and for the end of this process, once."""
    global _is_watching
    if _is_watching:
        return
    _is_watching = True
    atexit.register(close_all)
    sys.excepthook = chained(sys.excepthook)
    previous = threading.excepthook

    def hear_thread(facts: threading.ExceptHookArgs) -> None:
        note_error(facts.exc_value)
        previous(facts)

    threading.excepthook = hear_thread
    os.register_at_fork(after_in_child=renew_lock)


def renew_lock() -> None:
    """Give a forked child a new lock: the old one may be held by a thread that the child does not
    have."""
    global _making
    _making = threading.RLock()


def chained(previous: Callable[..., Any]) -> Callable[..., Any]:
    """Return a hook that notes an exception and passes it on."""

    def hear(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        note_error(error)
        previous(kind, error, trace)

    return hear


def note_error(error: BaseException | None) -> None:
    """Keep an exception that nobody has caught, for the runs of this process."""
    if error is None or isinstance(error, SystemExit):
        return
    for outbox in _open.values():
        if outbox.pid == os.getpid() and outbox.error is None:
            outbox.error = error


def close_all() -> None:
    """End the runs that this process has begun and not ended; wait a bounded time for all."""
    deadline = time.monotonic() + EXIT_WAIT_S
    own = [outbox for outbox in _open.values() if outbox.pid == os.getpid()]
    for outbox in own:
        seconds = max(0.0, deadline - time.monotonic())
        fields = fields_of_end(outbox.error)
        if outbox.is_owner:
            outbox.end(fields, seconds=seconds)
        else:
            if outbox.error is not None and outbox.is_of_script:
                outbox.write({"op": "change", "fields": {"error": fields["error"]}})
            outbox.finish(seconds)
        outbox.close()


def fields_of_end(error: BaseException | None) -> dict[str, Any]:
    """Return the status that a run ends with."""
    if error is None:
        return {"status": "Completed"}
    told = "".join(traceback.format_exception(error))
    if isinstance(error, KeyboardInterrupt):
        return {"status": "Canceled", "reason": "Ctrl-C", "error": told}
    return {"status": "Failed", "reason": type(error).__name__[:500], "error": told}
