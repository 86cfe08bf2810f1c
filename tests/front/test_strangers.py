"""On a studio with users a request without a name is refused before its body is sent."""

import pytest

from tests.front.conftest import Studio
from tests.slow_clients import head_of

JSON = "Content-Type: application/json\r\n"


@pytest.mark.parametrize("length", ["100", "5000000000"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/2.0/mlflow/runs/log-batch"),
        ("POST", "/api/v1/jobs"),
        ("PUT", "/api/v1/snapshots"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/abc/artifacts/x"),
        ("POST", "/w/default/runs/tags"),
        ("POST", "/sign-in"),
    ],
)
def test_is_refused_without_a_body(
    studio_with_users: Studio, method: str, path: str, length: str
) -> None:
    """A studio that waited for the body would answer after its pause: the connection of the test
    is less patient."""
    head = head_of(method, path, f"{JSON}Content-Length: {length}\r\n")
    with studio_with_users.open(head) as connection:
        answer = connection.recv(4096)
    assert answer.split()[1] in {b"401", b"403", b"404", b"405", b"413"}


def test_an_unknown_run_is_told_before_the_body_of_an_upload(studio: Studio) -> None:
    path = "/api/v1/runs/nosuchrun/snapshot"
    with studio.open(head_of("PUT", path, "Content-Length: 5000000000\r\n")) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 404 ")
