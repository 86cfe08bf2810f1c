"""What every test may use."""

import pytest

from runs.workspaces.models import Workspace


@pytest.fixture
def workspace(db) -> Workspace:
    """The workspace `default`, as the migrations make it."""
    return Workspace.objects.get(slug="default")
