"""What keeps the studio from starting (exit code 2) and commands from working (1): one line, and
what to do."""

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from studio.bootstrap import BASE_DIR
from tests.up.processes import free_port, refusal


@pytest.fixture
def full_disk(tmp_path) -> Iterator[Path]:
    """A folder on a disk that takes nothing."""
    place = tmp_path / "full"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=True)
    with suppress(OSError), open(place / "filler", "wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    yield place
    subprocess.run(["umount", "-l", place], check=True)


ELSEWHERE = {"STUDIO_ALLOWED_HOSTS": "studio.example.org"}


def test_a_taken_port_names_another_one(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = refusal("up", "--data-dir", str(tmp_path), "--port", str(port))
    assert code == 2
    assert said == f"Port {port} is taken by another program. Choose another one: " + (
        f"--port {port + 1}\n"
    )


def test_a_folder_that_cannot_be_written_to_asks_for_another_one(tmp_path):
    (tmp_path / "file").touch()
    code, said = refusal("up", "--data-dir", str(tmp_path / "file" / "data"))
    assert code == 2
    assert said.startswith("Cannot write to the data folder") and said.count("\n") == 1
    assert "--data-dir" in said


def test_a_folder_on_a_full_disk_asks_for_space(full_disk):
    for command, expected in ((("up", "--data-dir", str(full_disk)), 2), (("migrate",), 1)):
        code, said = refusal(*command, STUDIO_DATA_DIR=str(full_disk))
        assert (code, said.count("\n")) == (expected, 1), said
        assert "No space left on device. Free some space" in said


def test_an_address_of_another_machine_is_refused(tmp_path):
    code, said = refusal(
        "up", "--data-dir", str(tmp_path), "--host", "192.0.2.1", STUDIO_ALLOWED_HOSTS="192.0.2.1"
    )
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("Cannot listen on 192.0.2.1")


@pytest.mark.parametrize("words", [["--port", "70000"], ["--workers", "0"], ["--nonsense"]])
def test_a_wrong_option_is_refused_before_anything_starts(words):
    code, said = refusal("up", *words)
    assert code == 2
    assert "usage: manage.py up" in said


def test_other_addresses_need_the_names_people_use(tmp_path):
    code, said = refusal("up", "--data-dir", str(tmp_path), "--host", "0.0.0.0")
    assert (code, said.count("\n")) == (2, 1)
    assert "STUDIO_ALLOWED_HOSTS=studio.example.org" in said


def test_other_addresses_need_a_user(data_dir, database):
    words = ("up", "--data-dir", str(data_dir), "--host", "0.0.0.0", "--port", free())
    code, said = refusal(*words, **ELSEWHERE, **database)
    assert (code, said.count("\n")) == (2, 1)
    assert f"STUDIO_DATA_DIR={data_dir} python3 manage.py createsuperuser" in said


def test_a_public_name_on_loopback_needs_a_user_too(data_dir, database):
    code, said = refusal(
        "up", "--data-dir", str(data_dir), "--port", free(), **ELSEWHERE, **database
    )
    assert code == 2
    assert "createsuperuser" in said


@pytest.mark.both_databases
def test_with_a_user_other_addresses_start_and_ask_to_sign_in(up, data_dir, database):
    make_user(data_dir, database)
    studio = up("--host", "0.0.0.0", STUDIO_ALLOWED_HOSTS="localhost,127.0.0.1,example.org")
    studio.wait_until_ready()
    assert studio.get("/healthz") == 200
    assert studio.get("/w/default/experiments") in (302, 401)


def test_the_demo_is_for_this_machine_only(tmp_path):
    code, said = refusal(
        "up", "--data-dir", str(tmp_path), "--host", "0.0.0.0", "--demo", **ELSEWHERE
    )
    assert code == 2
    assert said.startswith("--demo is for trying the studio out")


def test_a_newer_database_is_refused(data_dir):
    refusal("prepare", STUDIO_DATA_DIR=str(data_dir))
    with sqlite3.connect(data_dir / "studio.sqlite3") as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('runs', '9999_later', '')"
        )
    code, said = refusal("prepare", STUDIO_DATA_DIR=str(data_dir))
    assert (code, said.count("\n")) == (2, 1)
    assert "newer than this version of Studio (it has runs.9999_later)" in said


def test_a_database_that_is_away_is_named(tmp_path):
    url = "postgres://nobody@127.0.0.1:1/nothing"
    code, said = refusal("prepare", STUDIO_DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert code == 2
    assert said.startswith("The database does not answer") and "DATABASE_URL" in said


COMMANDS = [
    ("migrate", "--skip-checks"),
    ("user", "create", "ada", "--no-password"),
    ("member", "list", "default"),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"STUDIO_DATA_DIR": "{}/file/data"}, "or choose another data folder with STUDIO_DATA_DIR"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must be the address of a PostgreSQL or SQL"),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL must be the address of a PostgreSQL or"),
        ({"DATABASE_URL": "sqlite:////no/such/x"}, "Make its folder, or choose another place with"),
        ({"DATABASE_URL": "sqlite:///{}/file"}, "/file cannot be read: file is not a database"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}, "The database does not answer"),
        ({"STUDIO_SPOOL_BYTES": "much"}, "STUDIO_SPOOL_BYTES must be a whole number, such as 0."),
    ],
)
def test_a_command_says_in_a_line_what_it_cannot_use(tmp_path, command, variables, said):
    (tmp_path / "file").write_text("no database\n" * 100)
    places = {name: text.format(tmp_path) for name, text in variables.items()}
    code, told = refusal(*command, **{"STUDIO_DATA_DIR": str(tmp_path), **places})
    assert (code, told.count("\n")) == (1, 1), told
    assert said in told


@pytest.mark.parametrize("command", COMMANDS[:2])
def test_a_command_says_that_the_database_is_locked(data_dir, command):
    data_dir.mkdir(exist_ok=True)
    with closing(sqlite3.connect(data_dir / "studio.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        code, told = refusal(*command, STUDIO_DATA_DIR=str(data_dir))
    assert (code, told.count("\n")) == (1, 1), told
    assert told.startswith(f"Another program keeps {data_dir}/studio.sqlite3 locked.")


def test_a_wrong_database_keeps_the_studio_from_starting_with_a_line(tmp_path):
    words = ("up", "--data-dir", str(tmp_path), "--port", free())
    code, told = refusal(*words, DATABASE_URL="nonsense")
    assert (code, told.count("\n")) == (2, 1), told
    assert told.startswith("DATABASE_URL must be")


def test_an_older_python_is_told_which_one_to_take():
    program = (
        "import runpy, sys; sys.version_info = (3, 8, 1); sys.argv = ['manage.py', 'up'];"
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Studio needs Python 3.11 or newer")


def free() -> str:
    return str(free_port())


def make_user(data_dir, database) -> None:
    environment = {"STUDIO_DATA_DIR": str(data_dir), **database}
    code, said = refusal(
        *("createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.org"),
        DJANGO_SUPERUSER_PASSWORD="a long enough secret",
        **environment,
    )
    assert code == 0, said
