"""Which run a script is: the one that the studio has started, or none."""

import os
from functools import lru_cache
from typing import Any

from studio.sdk.exceptions import RunEnvironmentException
from studio.sdk.offline_run import OfflineRun
from studio.sdk.run import Run
from studio.sdk.run_parts.life import ATTACHED_URL, ATTACHED_VARIABLE, ATTACHED_WORKSPACE
from studio.sdk.settings import make_settings
from studio.sdk.workspace import Workspace


def find_context(allow_offline: bool) -> Any:
    """Return the run of this script. Raises RunEnvironmentException where there is none and
    `allow_offline` is false."""
    if run_id := os.environ.get("STUDIO_RUN_ID", ""):
        return submitted_run(run_id)
    if run_id := os.environ.get(ATTACHED_VARIABLE, ""):
        return attached_run(run_id)
    if allow_offline:
        return offline_run()
    raise RunEnvironmentException(
        "The studio has not started this script, so it has no run. Submit it, start a run with "
        "experiment.start_logging(), or use Run.get_context(allow_offline=True)."
    )


@lru_cache
def submitted_run(run_id: str) -> Run:
    """Return the run of the environment, the same object at each call."""
    run = Run._of_id(Workspace._of(make_settings()), run_id)
    run._is_submitted = True
    return run


@lru_cache
def attached_run(run_id: str) -> Run:
    """Return the interactive run that this process, or the one that started it, has begun."""
    url, workspace = (os.environ.get(name, "") for name in (ATTACHED_URL, ATTACHED_WORKSPACE))
    return Run._of_id(Workspace._of(make_settings(url, workspace)), run_id)


@lru_cache
def offline_run() -> OfflineRun:
    """Return the run that prints, the same object at each call."""
    return OfflineRun()
