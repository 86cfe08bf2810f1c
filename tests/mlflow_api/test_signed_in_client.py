"""The stock `mlflow` client against a studio that nobody enters without signing in."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.mlflow_api.conftest import Server, running_server
from tests.when_used import WhenUsed

mlflow = WhenUsed("mlflow")
exceptions = WhenUsed("mlflow.exceptions")

PASSWORD = "long-enough-for-ann"


@pytest.fixture(scope="module")
def closed_server() -> Iterator[Server]:
    """A studio with sign-in."""
    with running_server(STUDIO_OPEN="0", DJANGO_SUPERUSER_PASSWORD=PASSWORD) as server:
        yield server


@pytest.fixture(scope="module")
def tokens(closed_server) -> dict[str, str]:
    """Of `ann`, who owns the studio, and of `rob`, who may read."""
    said = closed_server.manage(
        "createsuperuser --noinput --username ann --email ann@example.com",
        "user create rob --no-password",
        "member set default rob reader",
        "token create ann",
        "token create rob",
    )
    ann, rob = (line for line in said if line.startswith("studio_"))
    return {"ann": ann, "rob": rob}


@pytest.fixture
def sign_in(closed_server, tokens, monkeypatch):
    """Sign the client of the test in, by the environment variables that users set."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    def by(**variables: str) -> Any:
        for name in ("TOKEN", "USERNAME", "PASSWORD"):
            monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(f"MLFLOW_TRACKING_{name.upper()}", value)
        mlflow.set_tracking_uri(closed_server.url)
        return mlflow.MlflowClient(closed_server.url)

    return by


def test_a_token_signs_in(tokens, sign_in):
    client = sign_in(token=tokens["ann"])
    mlflow.set_experiment(uuid.uuid4().hex)
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
        mlflow.log_text("hello", "a.txt")
    assert client.get_run(run.info.run_id).data.metrics == {"m": 1.0}
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/a.txt") == "hello"


def test_a_password_signs_in(sign_in):
    client = sign_in(username="ann", password=PASSWORD)
    run = client.create_run("0")
    assert client.get_run(run.info.run_id).info.user_id == "ann"


def test_who_is_signed_in_submits_a_run_and_what_the_client_says_stays_beside_it(tokens, sign_in):
    client = sign_in(token=tokens["ann"])
    with mlflow.start_run(tags={"mlflow.user": "root"}) as started:
        pass
    run = client.get_run(started.info.run_id)
    assert (run.info.user_id, run.data.tags["mlflow.user"]) == ("ann", "root")


def test_nobody_gets_in_without(sign_in):
    for variables in ({}, {"token": "studio_wrong"}, {"username": "ann", "password": "wrong"}):
        with pytest.raises(exceptions.MlflowException, match=r"401|UNAUTHENTICATED"):
            sign_in(**variables).get_experiment("0")


def test_a_reader_reads_and_writes_nothing(tokens, sign_in):
    client = sign_in(token=tokens["rob"])
    assert client.get_experiment("0").name == "Default"
    with pytest.raises(exceptions.MlflowException, match=r"403|PERMISSION_DENIED"):
        client.create_experiment("mine")
    with pytest.raises(exceptions.MlflowException, match=r"403|PERMISSION_DENIED"):
        client.create_run("0")
