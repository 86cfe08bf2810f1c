"""The System page: disk use, and how the server is doing."""

import pytest
from django.apps import apps
from django.test import Client

from runs.artifacts.models import File
from runs.artifacts.services import save_file
from runs.housekeeping.heartbeats import record_heartbeat
from runs.housekeeping.models import Heartbeat
from runs.tracking import services
from runs.tracking.clock import now_ms
from runs.workspaces.permissions import Role
from tests.factories import (
    default_workspace,
    make_experiment,
    make_member,
    make_run,
    make_user,
)
from tests.web.pages import html_of

pytestmark = pytest.mark.django_db
PAGE = "/w/default/system"


def run_with_bytes(count: int, experiment: str = "vision", **fields):
    run = make_run(make_experiment(experiment), **fields)
    save_file(owner=run, path="a.bin", chunks=[b"x" * count])
    return run


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return html_of(answer)


def test_experiments_are_listed_with_what_they_take(studio: Client):
    run_with_bytes(2000, "small")
    run_with_bytes(5000, "large")

    page = text_of(studio, PAGE)

    assert page.index("large") < page.index("small")
    assert 'title="5,000 bytes"' in page


def test_many_experiments_are_listed_page_by_page(studio: Client, monkeypatch):
    monkeypatch.setattr("runs.web.system.EXPERIMENTS_PER_PAGE", 2)
    for number in range(5):
        run_with_bytes(100 + number % 2, f"e-{number}")

    seen, address = [], PAGE
    while address:
        context = studio.get(address).context
        seen += [row.name for row in context["experiments"]]
        address = context["next"]

    assert seen == ["e-1", "e-3", "e-0", "e-2", "e-4"]


def test_runs_are_listed_with_a_link_to_their_files(studio: Client):
    run_with_bytes(2000, "one", run_id="small", name="little one")
    run_with_bytes(5000, "two", run_id="large", name="big one")
    make_run(name="without files")

    page = text_of(studio, f"{PAGE}?by=runs")

    assert page.index('href="/w/default/runs/large/outputs"') < page.index("little one")
    assert "without files" not in page


def test_a_deleted_run_is_marked_in_the_list(studio: Client):
    services.delete_runs(runs=[run_with_bytes(10)])
    assert '<span class="chip">Deleted</span>' in text_of(studio, f"{PAGE}?by=runs")


@pytest.mark.parametrize("after", ["x", "1", "1.2.3", "-1.2", "1" * 30 + ".1"])
def test_a_page_that_begins_nowhere_is_refused(studio: Client, after: str):
    assert studio.get(PAGE, {"after": after, "by": "runs"}).status_code == 400


def test_the_size_of_a_run_stands_on_its_details_and_of_an_experiment_on_its_page(studio: Client):
    run = run_with_bytes(2000, "vision")
    assert "2.0 kB in 1 file" in text_of(studio, f"/w/default/runs/{run.run_id}")
    assert "2.0 kB of files" in text_of(studio, "/w/default/experiments/vision")


def test_the_server_page_tells_versions_and_sizes(studio: Client):
    make_run()
    page = text_of(studio, f"{PAGE}/server")
    for word in ("Django", "Python", "Studio", "SQLite", "PostgreSQL"):
        assert word in page or word in ("SQLite", "PostgreSQL")
    assert "SQLite" in page or "PostgreSQL" in page
    assert "free of" in page
    assert "task" in page


def test_the_server_page_tells_no_path_and_no_secret(studio: Client, settings):
    page = text_of(studio, f"{PAGE}/server")
    database = settings.DATABASES["default"]
    for secret in (settings.SECRET_KEY, str(settings.DATA_DIR), str(settings.BASE_DIR)):
        assert secret not in page
    assert not database.get("PASSWORD") or database["PASSWORD"] not in page
    assert str(database["NAME"]) not in page


def test_a_sign_of_life_shows_and_an_old_one_does_not(studio: Client, monkeypatch):
    monkeypatch.setattr(apps.get_app_config("runs"), "started_ms", now_ms())
    assert "Waiting for the first heartbeat" in text_of(studio, f"{PAGE}/server")
    monkeypatch.setattr(apps.get_app_config("runs"), "started_ms", now_ms() - 3_600_000)
    assert "no task has run yet" in text_of(studio, f"{PAGE}/server")
    record_heartbeat()
    assert "Running</span>" in text_of(studio, f"{PAGE}/server")
    Heartbeat.objects.update(at_ms=now_ms() - 3_600_000)
    assert "Not running</span>" in text_of(studio, f"{PAGE}/server")


def test_a_queue_that_is_away_is_told(studio: Client, queue_away):
    assert "Not reachable" in text_of(studio, f"{PAGE}/server")


def test_only_owners_of_the_studio_see_the_server(guarded: Client):
    for role, status in ((Role.READER, 403), (Role.OWNER, 404)):
        guarded.force_login(make_member(role))
        assert guarded.get(f"{PAGE}/server").status_code == status
        assert "/system/server" not in text_of(guarded, PAGE)
    guarded.force_login(make_user(is_superuser=True))
    assert guarded.get(f"{PAGE}/server").status_code == 200


def own_file(path: str, data: bytes = b"x" * 2000) -> None:
    save_file(owner=default_workspace(), path=path, chunks=[data])


@pytest.mark.both_databases
def test_files_of_no_run_are_listed_with_what_they_take(studio: Client):
    own_file("shared/deep/a.bin")
    own_file("b.bin", b"y" * 500)
    page = text_of(studio, f"{PAGE}?by=none")
    assert page.index("b.bin") < page.index("shared/")
    assert 'title="2,000 bytes"' in page
    assert 'title="2,500 bytes in files that no run owns"' in page
    assert "deep/" in text_of(studio, f"{PAGE}?by=none&path=shared")


def test_a_file_of_no_run_is_fetched_and_deleted(studio: Client):
    own_file("shared/a.bin")
    assert studio.get(f"{PAGE}/own-files/shared/a.bin").getvalue() == b"x" * 2000
    answer = studio.post(f"{PAGE}/own-files/delete", {"path": "shared"})
    assert answer.status_code == 204
    assert not File.objects.exists()
    assert "No files here." in text_of(studio, f"{PAGE}?by=none")


@pytest.mark.parametrize("path", ["", ".", "../x", "/"])
def test_a_path_that_names_no_file_deletes_nothing(studio: Client, path: str):
    own_file("a.bin")
    assert studio.post(f"{PAGE}/own-files/delete", {"path": path}).status_code == 400
    assert File.objects.count() == 1


def test_a_reader_sees_files_of_no_run_and_deletes_none(guarded: Client):
    own_file("a.bin")
    guarded.force_login(make_member(Role.READER))
    assert "Delete a.bin" not in text_of(guarded, f"{PAGE}?by=none")
    assert guarded.post(f"{PAGE}/own-files/delete", {"path": "a.bin"}).status_code == 403
    assert File.objects.count() == 1
