"""Starting, keeping alive and ending, with real processes."""

import platform
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import redis

from tests.up.processes import Up, gone
from tests.waiting import wait_for

SERVER, WORKER, QUEUE = "studio.front", "celery", "redis.sock"
# What the studio is started with that the tests share.
VARIABLES = {"AWS_SECRET_ACCESS_KEY": "hidden", "STUDIO_SECRET_KEY": "h" * 60, "MY_OWN": "seen"}


@pytest.mark.both_databases
def test_up_answers_and_says_where_and_how_to_log(running):
    studio, _ = running
    wait_for(lambda: "    python train.py\n" in studio.lines, "the second line")
    assert f"    export MLFLOW_TRACKING_URI=http://127.0.0.1:{studio.port}\n" in studio.lines
    assert studio.get("/healthz") == 200
    assert studio.get("/w/default/experiments") == 200


def test_a_worker_of_the_studio_hears_the_queue(running):
    studio, _ = running
    queue = redis.Redis(unix_socket_path=socket_of(studio))
    wait_for(lambda: queue.smembers("_kombu.binding.celery"), "the worker to listen")


# How often the kernel gives memory to a thread that 100 times makes and frees arrays of 24 MiB.
LARGE_ARRAYS = """
import resource, threading
def use():
    for _ in range(100): [b"x" * 2**22 for _ in range(6)]
thread = threading.Thread(target=use); thread.start(); thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="The variables are those of glibc.")
def test_the_server_keeps_the_memory_of_large_arrays(running):
    studio, _ = running
    variables = studio.child(SERVER).environ()
    plain = {name: value for name, value in variables.items() if not name.startswith("MALLOC_")}
    faults = {}
    for name, environment in {"server": variables, "plain": plain}.items():
        command = [sys.executable, "-c", LARGE_ARRAYS]
        faults[name] = int(subprocess.run(command, env=environment, capture_output=True).stdout)
    assert faults["server"] < faults["plain"] / 4


def test_the_node_is_started_without_the_secrets_of_the_studio(running):
    studio, _ = running
    node = wait_for(lambda: studio.child("studio.sdk.node"), "the node")
    variables = node.environ()
    assert variables["MY_OWN"] == "seen"
    assert not [one for one in variables if one.startswith(("STUDIO_", "AWS_", "DATABASE_"))]


def test_the_process_that_forks_the_others_keeps_no_file_of_the_database_open(running):
    studio, _ = running
    server = studio.child(SERVER)
    wait_for(lambda: len(server.children()) > 1, "the processes of the server")
    names = [Path(file.path).name for file in server.open_files()]
    assert not [name for name in names if name.startswith("studio.sqlite3") and "lock" not in name]


def test_a_killed_server_comes_back(running):
    studio, _ = running
    server = studio.child(SERVER)
    workers = server.children()
    server.kill()
    wait_for(lambda: gone([server, *workers]), "the end of the old server")
    wait_for(lambda: studio.get("/healthz") == 200, "the new server")
    assert studio.child(SERVER).pid != server.pid
    # What a start is refused for, a demo that has runs, does not keep a server from coming back.
    assert not {"--prepare", "--require-empty"} & set(studio.child(SERVER).cmdline())


def test_a_killed_server_process_comes_back(running):
    studio, _ = running
    process = wait_for(lambda: studio.child(SERVER).children(), "the server")[0]
    process.kill()
    wait_for(lambda: gone([process]), "its end")
    wait_for(lambda: studio.get("/healthz") == 200, "another one")


@pytest.mark.parametrize("word", [QUEUE, WORKER])
def test_a_killed_queue_or_worker_comes_back(running, word):
    studio, _ = running
    child = wait_for(lambda: studio.child(word), "it to be there")
    child.kill()
    wait_for(another(studio, word, child), "another one")
    wait_for(lambda: queue_answers(studio), "the queue")


def test_sigterm_ends_every_process(up):
    studio = up().wait_until_ready()
    wait_for(lambda: studio.child(WORKER), "the worker")
    family = studio.descendants()
    assert studio.end(signal.SIGTERM) == 0
    assert len(family) >= 4
    wait_for(lambda: gone(family), "the end of all children")


def test_nothing_outlives_a_killed_supervisor(up):
    studio = up(inside="deep-" * 20).wait_until_ready()
    wait_for(lambda: studio.child(WORKER), "the worker")
    family = studio.descendants()
    # The path of this data folder is too long for a socket: the queue has found a shorter one.
    assert len(socket_of(studio)) < 100 < len(str(studio.data_dir))
    wait_for(lambda: queue_answers(studio), "the queue")
    studio.end(signal.SIGKILL)
    wait_for(lambda: gone(family), "the end of all children")


def test_a_second_studio_on_the_same_folder_shares_the_queue_and_takes_over(up):
    first, second = up(), up()
    first.wait_until_ready()
    second.wait_until_ready()
    assert (first.get("/healthz"), second.get("/healthz")) == (200, 200)
    wait_for(lambda: first.child(QUEUE) or second.child(QUEUE), "a queue")
    if second.child(QUEUE):
        first, second = second, first
    assert second.child(QUEUE) is None
    first.end()
    wait_for(lambda: second.child(QUEUE), "the second to start the queue")
    wait_for(lambda: second.child(WORKER), "the second to start the worker")


def another(studio: Up, word: str, old: psutil.Process) -> Callable[[], bool]:
    return lambda: studio.child(word) not in (None, old)


def socket_of(studio: Up) -> str:
    url = (studio.data_dir / "broker_url").read_text()
    return re.sub(r"^redis\+socket://", "", url)


def queue_answers(studio: Up) -> bool:
    try:
        return redis.Redis(unix_socket_path=socket_of(studio)).ping()
    except redis.RedisError:
        return False
