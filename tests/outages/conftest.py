"""A PostgreSQL that is taken away from its studio."""

from collections.abc import Iterator

import pytest

from tests.outages.studio import Studio
from tests.postgres import Cluster, find_programs


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the module's own."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    cluster = Cluster(programs)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def on_postgres(cluster, tmp_path_factory) -> Iterator[Studio]:
    """A studio on it."""
    studio = Studio(tmp_path_factory.mktemp("away") / "data", cluster.url)
    studio.start()
    yield studio
    studio.kill()
