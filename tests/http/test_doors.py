"""An address that no view answers is refused in the form of its own door."""

import pytest
from django.test import Client

from runs.doors import DOORS, door_of

NOWHERE = {
    "/api/v1/a%0Ab": ("error", "not_found"),
    "/w/default/api/v1/a%0Ab": ("error", "not_found"),
    "/api/2.0/mlflow/runs%0Aget": ("error_code", "ENDPOINT_NOT_FOUND"),
    "/ajax-api/nothing": ("error_code", "ENDPOINT_NOT_FOUND"),
    "/w/default/api/nothing": ("error_code", "ENDPOINT_NOT_FOUND"),
    "/w/a.b/api/v1/runs": ("error", "not_found"),
    "/w/a.b/api/2.0/mlflow/runs/get": ("error_code", "ENDPOINT_NOT_FOUND"),
    "/metrics": ("error", "not_found"),
}


@pytest.fixture
def client(db, settings) -> Client:
    settings.STUDIO_OPEN = True
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", NOWHERE)
def test_an_api_says_in_its_own_shape_that_nothing_is_there(client, address):
    key, code = NOWHERE[address]
    answer = client.get(address)
    told = answer.json()[key]
    assert (answer.status_code, told["code"] if key == "error" else told) == (404, code)
    assert answer["Content-Security-Policy"].endswith("sandbox")


def test_a_page_that_is_not_there_is_told_as_a_page(client):
    answer = client.get("/w/default/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert client.get("/nothing", headers={"Accept": "application/json"}).json()["status"] == 404


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.package)
@pytest.mark.parametrize("status", [400, 403, 404, 413, 500])
def test_every_door_refuses_before_a_view_is_found(client, rf, door, status):
    answer = door.refuse(rf.get("/", headers={"Accept": "application/json"}), status, "")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert answer.content.strip(b"{}")


def test_the_last_door_has_every_address():
    assert door_of("/anything/at all") is door_of("/") is door_of("*") is DOORS[-1]
    assert [door.package for door in DOORS if door.has_session] == ["runs.web"]
