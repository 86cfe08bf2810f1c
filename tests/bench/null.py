"""A server that does nothing: what a request costs the client is seen against it."""

import multiprocessing
import socket
import threading

from tests.bench.cases.log_metric import point_request
from tests.bench.load import Client, Together, run_clients
from tests.bench.wire import Endpoint

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
SECONDS = 1.0


def client_cost() -> str:
    """Measure single points against a server that answers at once; say what was seen."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    endpoint = Endpoint("127.0.0.1", listener.getsockname()[1])
    client = Client(point_request(endpoint, "0" * 32), seconds=SECONDS)
    together = Together(run_clients(endpoint, [client]))
    process.terminate()
    return (
        f"a client spends {together.cpu_us:.0f} us of processor time a request; "
        f"against a server that does nothing it makes {together.rate:.0f} req/s, "
        f"p50 {together.percentile_ms(50):.3f} ms"
    )


def _serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while connection.recv(1 << 16):
        connection.sendall(ANSWER)
