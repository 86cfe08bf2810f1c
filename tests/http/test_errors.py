"""Every error of the rooms has a kind, and every door an answer to every kind."""

import errno
import importlib
import pkgutil

import pytest
from django.db import OperationalError
from django.test import Client

import runs
from runs.database import outage_log
from runs.http import errors
from runs.mlflow_api.errors import HTTP_STATUS
from runs.mlflow_api.faults import CODES, explain
from runs.workspaces.errors import ErrorKind, StudioError

ROOMS = ("workspaces", "tracking", "artifacts", "metrics", "housekeeping", "search", "http")


def families(kind: type[Exception]) -> list[type[Exception]]:
    return [each for child in kind.__subclasses__() for each in (child, *families(child))]


@pytest.fixture(scope="module", autouse=True)
def all_modules():
    for module in pkgutil.walk_packages(runs.__path__, "runs."):
        if module.name.split(".")[1] in ROOMS:
            importlib.import_module(module.name)


def test_every_kind_has_a_status_at_every_door():
    assert set(errors.STATUS) == set(CODES) == set(ErrorKind)
    assert set(CODES.values()) <= set(HTTP_STATUS)


def test_every_error_of_a_room_is_of_the_one_family():
    found = families(StudioError)
    assert len(found) > 30
    for kind in found:
        assert isinstance(kind.kind, ErrorKind)
        assert kind.code.isidentifier() and kind.code == kind.code.lower(), kind


def test_what_is_unknown_is_a_fault_of_the_studio():
    assert errors.as_studio_error(RuntimeError("secret")) is None
    assert explain(RuntimeError("secret")).status == 500


@pytest.mark.parametrize(
    ("code", "status"), [("ENOENT", 503), ("EACCES", 503), ("EROFS", 503), ("ENOSPC", 507)]
)
def test_a_file_of_the_studio_that_fails_is_no_fault_of_the_program(settings, code, status):
    number = getattr(errno, code)
    own, other = settings.DATA_DIR / "clock.dat", "/etc/shadow"
    told = errors.as_studio_error(OSError(number, "refused", str(own)))
    assert errors.STATUS[told.kind] == status
    assert str(settings.DATA_DIR) not in told.message
    assert errors.as_studio_error(OSError(number, "refused", other)) is None
    assert errors.as_studio_error(OSError(number, "refused")) is None


ADDRESSES = {
    "page": ("/w/default/experiments", {}, b"This page tries again by itself"),
    "part": ("/w/default/experiments", {"HX-Request": "true"}, b'"status":503'),
    "api": ("/api/v1/experiments", {}, b'"code":"unavailable"'),
    "mlflow": (
        "/api/2.0/mlflow/experiments/search?max_results=5",
        {},
        b'"TEMPORARILY_UNAVAILABLE"',
    ),
}


@pytest.mark.parametrize("door", ADDRESSES)
def test_a_database_that_does_not_answer_is_told_in_the_doors_own_way(
    db, settings, monkeypatch, caplog, door
):
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("database is locked at /secret")

    settings.STUDIO_OPEN = True
    for place in ("api.experiments", "mlflow_api.experiment_search"):
        monkeypatch.setattr(f"runs.{place}.search_experiments", fail)
    monkeypatch.setattr("runs.web.experiments.list_experiments", fail)
    address, headers, words = ADDRESSES[door]
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 503
    assert words in answer.content
    assert answer["Retry-After"] == "2"
    assert b"secret" not in answer.content
    assert "does not answer" in caplog.text


def test_an_outage_is_logged_once_for_many_requests(caplog):
    for _ in range(5):
        errors.as_studio_error(OperationalError("refused\nat length"))
    assert len(caplog.records) == 1
    assert "[refused]" in caplog.text


def test_the_log_says_how_many_requests_ended_so(caplog, monkeypatch):
    for _ in range(5):
        outage_log.tell("The disk is full.")
    monkeypatch.setattr(outage_log, "EVERY_S", 0.0)
    outage_log.tell("The disk is full.")
    assert caplog.messages == ["The disk is full.", "The disk is full. (4 more ended so)"]
