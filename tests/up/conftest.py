"""A studio on a data folder and a database of its own."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.shared_folder import folder_for
from tests.up.processes import Up, refusal


@contextmanager
def empty_database() -> Iterator[dict[str, str]]:
    """Yield the environment that names an empty database of the kind that the tests run on."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield {}
        return
    name = f"up_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": server.rpartition("/")[0] + f"/{name}"}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database() -> Iterator[dict[str, str]]:
    """The environment of an empty database."""
    with empty_database() as environment:
        yield environment


@pytest.fixture(scope="session")
def static_builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files collected once for all processes of pytest: compressing them is most of the time
    of a first start."""
    folder = folder_for("static-builds", tmp_path_factory)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "static" / "current").exists():
            assert refusal("prepare", STUDIO_DATA_DIR=str(folder)) == (0, "")
    return folder / "static"


def make_data_dir(folder: Path, static_builds: Path) -> Path:
    folder.mkdir()
    (folder / "static").symlink_to(static_builds)
    return folder


@pytest.fixture
def data_dir(tmp_path: Path, static_builds: Path) -> Path:
    """A data folder with nothing in it but the static files."""
    return make_data_dir(tmp_path / "data", static_builds)


@pytest.fixture
def up(data_dir: Path, database: dict[str, str]) -> Iterator[Callable[..., Up]]:
    """Start a studio on `data_dir`, or on a folder inside it; all are ended after the test."""
    started: list[Up] = []

    def start(*words: str, inside: str = "", **environment: str) -> Up:
        folder = data_dir / inside
        started.append(Up(folder, *words, **{**database, **environment}))
        return started[-1]

    yield start
    for studio in started:
        studio.kill()


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, static_builds: Path
) -> Iterator[tuple[Up, dict[str, str]]]:
    """A studio that the tests of a file share, started with the file's VARIABLES, and the
    environment of its database."""
    variables = getattr(request.module, "VARIABLES", {})
    folder = make_data_dir(tmp_path_factory.mktemp("running") / "data", static_builds)
    with empty_database() as environment:
        studio = Up(folder, **variables, **environment).wait_until_ready()
        yield studio, environment
        studio.kill()
