"""What travels over a real connection: cut uploads, unclear framing, oversized bodies, reuse."""

import contextlib
import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

JSON = {"Content-Type": "application/json"}
API = "/api/2.0/mlflow"
FILES = "/api/2.0/mlflow-artifacts/artifacts"


@pytest.fixture
def connection(server_url):
    connection = http.client.HTTPConnection(urlsplit(server_url).netloc, timeout=60)
    yield connection
    connection.close()


@pytest.fixture
def run_id(connection):
    made = ask(connection, "POST", f"{API}/runs/create", {"experiment_id": "0"})[1]
    return made["run"]["info"]["run_id"]


def ask(connection, method, path, body=None):
    connection.request(method, path, json.dumps(body) if body is not None else None, JSON)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def send_raw(server_url, data, end=True):
    """Send bytes, end the sending side, and return what comes back."""
    address = urlsplit(server_url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as raw:
        raw.sendall(data)
        if not end:
            time.sleep(0.2)
            return b""
        raw.shutdown(socket.SHUT_WR)
        received = b""
        while part := raw.recv(65536):
            received += part
        return received


def head(method, path, *headers):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def files_of(connection, run_id):
    return ask(connection, "GET", f"{API}/artifacts/list?run_id={run_id}")[1].get("files", [])


@pytest.mark.parametrize("end", [True, False])
def test_a_cut_upload_leaves_no_file(server_url, connection, run_id, end):
    path = f"{FILES}/0/{run_id}/artifacts/a.bin"
    answer = send_raw(server_url, head("PUT", path, "Content-Length: 1000") + b"part", end)
    assert not end or answer.startswith(b"HTTP/1.1 400")
    assert files_of(connection, run_id) == []


def test_a_chunked_upload_is_kept_whole(server_url, connection, run_id):
    path = f"{FILES}/0/{run_id}/artifacts/a.bin"
    connection.request("PUT", path, iter([b"a" * 100_000, b"b"]), encode_chunked=True)
    assert connection.getresponse().read() == b"{}"
    assert files_of(connection, run_id)[0]["file_size"] == 100_001


def test_a_body_with_two_lengths_is_refused_and_nothing_follows(server_url):
    headers = ("Content-Type: application/json", "Content-Length: 4", "Transfer-Encoding: chunked")
    smuggled = b"0\r\n\r\n" + head("GET", "/health")
    answer = send_raw(server_url, head("POST", f"{API}/runs/create", *headers) + smuggled)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_huge_body_is_refused_and_the_server_goes_on(server_url, connection, is_chunked):
    part = b'{"name":"' + b"x" * (1024 * 1024)
    body = iter([part] * 40) if is_chunked else part * 40
    # A refusal may come while the body is still being sent: then the connection just breaks.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.request(
            "POST", f"{API}/experiments/create", body, JSON, encode_chunked=is_chunked
        )
        response = connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read())["error_code"] == "REQUEST_TOO_LARGE"
    connection.close()
    assert ask(connection, "GET", f"{API}/experiments/get?experiment_id=0")[0] == 200


def test_one_connection_serves_many_requests_also_after_errors(connection, run_id):
    for step in range(50):
        point = {"run_id": run_id, "key": "m", "value": step, "timestamp": 1, "step": step}
        assert ask(connection, "POST", f"{API}/runs/log-metric", point) == (200, {})
        assert ask(connection, "POST", f"{API}/runs/log-metric", {"key": 1})[0] == 400
        assert ask(connection, "GET", f"{API}/nothing")[0] == 404
    path = f"{API}/metrics/get-history?run_id={run_id}&metric_key=m"
    assert len(ask(connection, "GET", path)[1]["metrics"]) == 50


def test_what_was_acknowledged_is_read_back_over_another_connection(server_url, connection, run_id):
    point = {"run_id": run_id, "key": "m", "value": 1.0, "timestamp": 1, "step": 2**53 + 1}
    ask(connection, "POST", f"{API}/runs/log-metric", point)
    other = http.client.HTTPConnection(urlsplit(server_url).netloc, timeout=60)
    run = ask(other, "GET", f"{API}/runs/get?run_id={run_id}")[1]["run"]
    assert run["data"]["metrics"][0]["step"] == 2**53 + 1
