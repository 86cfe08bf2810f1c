"""A run to log to, and segments so short that examples cross their marks."""

import pytest

from runs.metrics import segments
from runs.metrics.services import RunRef, resolve_run
from runs.tracking.models import Run
from tests.factories import make_run
from tests.metrics import invariants


@pytest.fixture
def run(workspace) -> Run:
    return make_run()


@pytest.fixture
def ref(run) -> RunRef:
    return resolve_run(run.workspace_id, run.run_id)


@pytest.fixture
def small_segments(monkeypatch):
    """Seal at 8 and gather at 2, so that short examples cross these marks."""
    monkeypatch.setattr(segments, "SEALED", 8)
    monkeypatch.setattr(segments, "GATHERED", 2)
    monkeypatch.setattr(invariants, "SEALED", 8)
