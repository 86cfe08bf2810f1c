"""The processes of the server share the memory of the one that minds them."""

import sys

import psutil
import pytest

from tests.crash.server import Server

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone"),
]


def test_a_process_of_the_server_has_little_memory_of_its_own():
    server = Server()
    server.start()
    try:
        for one in psutil.Process(server.process.pid).children():
            memory = one.memory_full_info()
            assert memory.uss < memory.rss * 0.6, memory
    finally:
        server.kill()
