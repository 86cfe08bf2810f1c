"""The processes of the server share the memory of the one that minds them."""

import sys

import psutil
import pytest

from tests.outages.studio import Studio

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")


def test_a_process_of_the_server_has_little_memory_of_its_own(tmp_path):
    server = Studio(tmp_path / "data")
    server.start()
    try:
        for one in psutil.Process(server.process.pid).children():
            memory = one.memory_full_info()
            assert memory.uss < memory.rss * 0.6, memory
    finally:
        server.kill()
