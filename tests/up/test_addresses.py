"""Which addresses are this machine's alone, and under which names the server answers."""

import dataclasses
from pathlib import Path

import pytest

from studio.up import checks, server
from studio.up.errors import StartError
from studio.up.options import Options, parse
from studio.up.supervisor import environment
from studio.up.welcome import welcome

LOCAL = Options("127.0.0.1", 8000, Path("var"), None, False)


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch):
    for name in ("STUDIO_ALLOWED_HOSTS", "STUDIO_OPEN", "STUDIO_DATA_DIR", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_is_this_machine_alone(host):
    assert checks.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "studio.example.org", ""])
def test_everything_else_is_not(host):
    assert not checks.is_loopback(host)


def test_the_studio_is_open_on_loopback_and_may_be_closed(monkeypatch):
    assert environment(LOCAL)["STUDIO_OPEN"] == "1"
    monkeypatch.setenv("STUDIO_OPEN", "0")
    assert environment(LOCAL)["STUDIO_OPEN"] == "0"


def test_a_public_name_or_address_closes_it_whatever_is_asked(monkeypatch):
    monkeypatch.setenv("STUDIO_OPEN", "1")
    assert environment(dataclasses.replace(LOCAL, host="0.0.0.0"))["STUDIO_OPEN"] == "0"
    monkeypatch.setenv("STUDIO_ALLOWED_HOSTS", "studio.example.org")
    assert environment(LOCAL)["STUDIO_OPEN"] == "0"


def test_the_server_answers_to_the_allowed_names_and_to_its_own(monkeypatch):
    monkeypatch.setenv("STUDIO_ALLOWED_HOSTS", "studio.example.org, localhost")
    hosts = checks.answered_hosts(dataclasses.replace(LOCAL, host="127.0.0.2"))
    assert hosts == ["studio.example.org", "localhost", "127.0.0.1", "[::1]", "127.0.0.2"]


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("10.0.0.7", "studio.example.org"),
        ("studio.example.org", ""),
        ("0.0.0.0", "localhost"),
        ("::", ""),
        ("127.0.0.1", "*"),
    ],
)
def test_an_address_without_its_name_among_the_allowed_is_refused(monkeypatch, host, names):
    monkeypatch.setenv("STUDIO_ALLOWED_HOSTS", names)
    with pytest.raises(StartError, match="STUDIO_ALLOWED_HOSTS"):
        checks.check_allowed_hosts(host)


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("fd00::7", "[fd00::7]"),
        ("studio.example.org", ".example.org"),
        ("0.0.0.0", "studio.example.org"),
    ],
)
def test_an_address_with_its_name_is_fine(monkeypatch, host, names):
    monkeypatch.setenv("STUDIO_ALLOWED_HOSTS", names)
    checks.check_allowed_hosts(host)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("0.0.0.0", "http://studio.example.org:8000"),
    ],
)
def test_the_address_said_can_be_opened(monkeypatch, host, url):
    monkeypatch.setenv("STUDIO_ALLOWED_HOSTS", ".studio.example.org")
    assert server.public_url(dataclasses.replace(LOCAL, host=host)) == url


def test_who_must_sign_in_is_told_about_tokens(monkeypatch):
    assert "token" not in welcome(LOCAL)
    monkeypatch.setenv("STUDIO_ALLOWED_HOSTS", "studio.example.org")
    assert "MLFLOW_TRACKING_TOKEN" in welcome(LOCAL)


def test_postgresql_gets_a_process_per_core_and_sqlite_two(monkeypatch):
    monkeypatch.setattr(server.os, "cpu_count", lambda: 6)
    assert server.default_workers() == 2
    monkeypatch.setenv("DATABASE_URL", "postgres://studio@db/studio")
    assert server.default_workers() == 6
    monkeypatch.setattr(server.os, "cpu_count", lambda: None)
    assert server.default_workers() == 1


def test_the_data_folder_comes_from_the_option_the_variable_or_the_project(monkeypatch, tmp_path):
    assert parse([]).data_dir.name == "var"
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path))
    assert parse([]).data_dir == tmp_path
    assert parse(["--data-dir", str(tmp_path / "other")]).data_dir == tmp_path / "other"
