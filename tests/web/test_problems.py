"""Error pages."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from runs.web import problems
from studio.middleware import Sessions

pytestmark = pytest.mark.both_databases


def test_our_own_fault_is_told_without_asking_the_database():
    # This test may not touch the database: asking it would fail here.
    answer = problems.server_error(RequestFactory().get("/w/default/experiments"))

    assert answer.status_code == 500
    assert "Your runs and their data are safe" in answer.content.decode()


def test_our_own_fault_is_told_to_a_script_in_json():
    request = RequestFactory().get("/", headers={"Accept": "application/json"})

    assert problems.server_error(request)["Content-Type"] == "application/json"


def test_a_database_that_is_away_outside_of_the_view_is_no_fault_of_the_studio(
    studio: Client, monkeypatch
):
    def fail(*_: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(Sessions, "process_response", fail)
    studio.raise_request_exception = False
    answer = studio.get("/w/default/experiments")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "This page tries again by itself" in answer.content.decode()


def test_a_form_without_its_token_changes_nothing_and_says_so(db, settings):
    settings.STUDIO_OPEN = True
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/w/default/experiment/0/change", {"name": "stolen"})

    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_a_message_with_markup_is_shown_as_text(studio: Client):
    answer = studio.get("/w/default/experiments/%3Cscript%3Ealert(1)%3C/script%3E")

    assert answer.status_code == 404
    assert b"<script>alert" not in answer.content
