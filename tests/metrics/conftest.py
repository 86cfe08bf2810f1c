"""A run to log to."""

import pytest

from runs.metrics.services import RunRef, resolve_run
from runs.tracking.models import Run
from tests.factories import make_run


@pytest.fixture
def run(workspace) -> Run:
    return make_run()


@pytest.fixture
def ref(run) -> RunRef:
    return resolve_run(run.workspace_id, run.run_id)
