"""Which studio a script talks to, and names that are there but cannot be used."""

import stat
import subprocess
import sys

import pytest

import studio.sdk
from studio.sdk.authentication import (
    Login,
    find_login,
    forget_login,
    login_file,
    read_logins,
    save_login,
)
from studio.sdk.exceptions import NotSupported, UserErrorException
from studio.sdk.settings import make_settings
from tests.sdk.gate import BASE_DIR


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("STUDIO_URL", "STUDIO_WORKSPACE", "STUDIO_TOKEN", "STUDIO_RUN_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_the_address_of_a_workspace_names_the_studio_and_the_workspace(monkeypatch):
    save_login(Login("https://one.example/lab", "t1"))
    found = make_settings("https://one.example/lab/w/vision/")
    assert (found.url, found.workspace, found.token) == ("https://one.example/lab", "vision", "t1")
    assert make_settings("https://one.example/w/vision", "text").workspace == "text"
    monkeypatch.setenv("STUDIO_URL", "https://two.example/w/team")
    found = make_settings()
    assert (found.url, found.workspace) == ("https://two.example", "team")
    assert make_settings("https://two.example/w/a/b").url == "https://two.example/w/a/b"


def test_the_latest_login_counts_and_nobody_else_reads_it():
    save_login(Login("https://one.example", "t1"))
    save_login(Login("https://two.example", "t2", "vision"))
    assert stat.S_IMODE(login_file().stat().st_mode) == 0o600
    found = make_settings()
    assert (found.url, found.workspace, found.token) == ("https://two.example", "vision", "t2")
    assert make_settings("https://one.example/").token == "t1"
    assert make_settings("https://other.example").token == ""
    assert forget_login("https://two.example")
    assert [one.url for one in read_logins()] == ["https://one.example"]
    assert find_login("https://two.example") is None


def test_the_environment_counts_before_the_login(monkeypatch):
    save_login(Login("https://one.example", "t1"))
    monkeypatch.setenv("STUDIO_URL", "https://other.example")
    monkeypatch.setenv("STUDIO_TOKEN", "t3")
    monkeypatch.setenv("STUDIO_WORKSPACE", "speech")
    found = make_settings()
    assert (found.url, found.workspace, found.token) == ("https://other.example", "speech", "t3")


def test_an_address_that_is_none_is_refused():
    with pytest.raises(UserErrorException, match="http"):
        make_settings("studio.example")


@pytest.mark.parametrize(
    "use",
    [
        lambda: studio.sdk.Dataset.get_by_name(None, "x"),
        lambda: studio.sdk.Datastore(None, "x"),
        lambda: studio.sdk.Webservice.list(None),
    ],
)
def test_what_a_studio_does_not_have_says_what_to_use(use):
    with pytest.raises(NotSupported, match=r"run\.|path"):
        use()


def test_every_name_of_the_package_can_be_imported():
    for name in studio.sdk.__all__:
        assert getattr(studio.sdk, name) is not None
    with pytest.raises(AttributeError, match="has no 'nothing'"):
        studio.sdk.nothing  # noqa: B018


def test_importing_the_client_loads_nothing_heavy():
    program = (
        "import sys; import studio.sdk; few = len(sys.modules);"
        "from studio.sdk import Run, Experiment, Workspace, ScriptRunConfig;"
        "print([m for m in ('django', 'numpy', 'yaml', 'click', 'rich', 'asyncio')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
