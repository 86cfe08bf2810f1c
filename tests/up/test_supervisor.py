"""Starting, keeping alive and ending, with real processes."""

import re
import signal

import redis

from tests.up.processes import Up, gone, wait_for


def test_up_answers_and_says_where_and_how_to_log(up):
    studio = up().wait_until_ready()
    studio.wait_until_said(f"export MLFLOW_TRACKING_URI=http://127.0.0.1:{studio.port}")
    studio.wait_until_said("python train.py")
    assert studio.get("/healthz") == 200
    assert studio.get("/w/default/experiments") == 200


def test_sigterm_ends_every_process(up):
    studio = up().wait_until_ready()
    wait_for(lambda: studio.child("celery"), "the worker")
    family = studio.descendants()
    assert studio.end(signal.SIGTERM) == 0
    assert len(family) >= 4
    wait_for(lambda: gone(family), "the end of all children")


def test_nothing_outlives_a_killed_supervisor(up):
    studio = up().wait_until_ready()
    wait_for(lambda: studio.child("celery"), "the worker")
    family = studio.descendants()
    studio.end(signal.SIGKILL)
    wait_for(lambda: gone(family), "the end of all children")


def test_a_killed_server_comes_back(up):
    studio = up().wait_until_ready()
    server = studio.child("granian")
    workers = server.children()
    server.kill()
    wait_for(lambda: gone([server, *workers]), "the end of the old server")
    wait_for(lambda: studio.get("/healthz") == 200, "the new server")
    assert studio.child("granian").pid != server.pid


def test_a_killed_server_process_comes_back(up):
    studio = up().wait_until_ready()
    process = studio.child("granian").children()[0]
    process.kill()
    wait_for(lambda: gone([process]), "its end")
    wait_for(lambda: studio.get("/healthz") == 200, "another one")


def test_a_killed_queue_and_worker_come_back(up):
    studio = up().wait_until_ready()
    queue = wait_for(lambda: studio.child("redis.sock"), "the queue")
    worker = wait_for(lambda: studio.child("celery"), "the worker")
    queue.kill()
    worker.kill()
    wait_for(lambda: studio.child("redis.sock") not in (None, queue), "another queue")
    wait_for(lambda: studio.child("celery") not in (None, worker), "another worker")
    wait_for(lambda: queue_answers(studio), "its answer")


def test_a_second_studio_on_the_same_folder_shares_the_queue_and_takes_over(up):
    first, second = up(), up()
    first.wait_until_ready()
    second.wait_until_ready()
    assert (first.get("/healthz"), second.get("/healthz")) == (200, 200)
    wait_for(lambda: first.child("redis.sock") or second.child("redis.sock"), "a queue")
    if second.child("redis.sock"):
        first, second = second, first
    assert second.child("redis.sock") is None
    first.end()
    wait_for(lambda: second.child("redis.sock"), "the second to start the queue")
    wait_for(lambda: second.child("celery"), "the second to start the worker")


def test_a_path_too_long_for_a_socket_gets_a_short_one(up):
    studio = up(inside="deep-" * 20).wait_until_ready()
    assert len(socket_of(studio)) < 100
    wait_for(lambda: queue_answers(studio), "the queue")


def test_a_worker_of_the_studio_hears_the_queue(up):
    studio = up().wait_until_ready()
    queue = redis.Redis(unix_socket_path=socket_of(studio))
    wait_for(lambda: queue.smembers("_kombu.binding.celery"), "the worker to listen")


def socket_of(studio: Up) -> str:
    url = (studio.data_dir / "broker_url").read_text()
    return re.sub(r"^redis\+socket://", "", url)


def queue_answers(studio: Up) -> bool:
    try:
        return redis.Redis(unix_socket_path=socket_of(studio)).ping()
    except redis.RedisError:
        return False
