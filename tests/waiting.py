"""Waiting for what comes."""

import time
from collections.abc import Callable

# As long as a busy machine may take for it. Only a failure takes so long.
LONGEST_WAIT_S = 240.0


def wait_for(condition: Callable[[], object], what: str, every_s: float = 0.05) -> object:
    """Return the first true answer of `condition`; fail when none comes."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(every_s)
    raise AssertionError(f"waited in vain for {what}")
