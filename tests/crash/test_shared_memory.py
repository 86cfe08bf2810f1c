"""The processes of the server share the memory of the one that minds them."""

import subprocess
import sys

import psutil
import pytest

from studio.bootstrap import BASE_DIR
from studio.up.server import answers, server_command
from tests.outages.studio import Studio
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")


def test_a_process_of_the_server_has_little_memory_of_its_own(tmp_path):
    studio = Studio(tmp_path / "data")
    studio.make_tables()
    # No fork of another process, with which it would share memory too.
    server = subprocess.Popen(
        server_command(studio.options), cwd=BASE_DIR, env=studio.environment()
    )
    try:
        wait_for(lambda: answers(studio.options), "the server")
        processes = psutil.Process(server.pid).children()
        assert processes
        for one in processes:
            memory = one.memory_full_info()
            assert memory.uss < memory.rss * 0.6, memory
    finally:
        server.terminate()
        server.wait()
