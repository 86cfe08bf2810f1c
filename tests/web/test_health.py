"""What a supervisor and an orchestrator ask."""

import pytest
from django.db import DatabaseError

from runs.web import health

pytestmark = pytest.mark.both_databases


def test_healthz_asks_nobody(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"OK")


@pytest.mark.django_db
def test_ready_with_database_and_queue(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "queue": "ok"}


@pytest.mark.django_db
def test_without_the_queue_the_studio_is_still_ready(client, queue_away):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["queue"]) == (200, "away")


@pytest.mark.django_db
def test_without_the_database_the_studio_is_not_ready(client, monkeypatch):
    def refuse(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", refuse)
    monkeypatch.setattr(health.connection, "close", lambda: None)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "away")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_asked_for(client, path):
    assert client.post(path).status_code == 405


def test_health_answers_plain_http_behind_a_proxy(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/sign-in").status_code == 301
