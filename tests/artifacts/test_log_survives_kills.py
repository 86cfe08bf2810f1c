"""What a log has acknowledged survives `kill -9`, bytes and order."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.db import connection

from runs.artifacts import queries
from runs.artifacts.errors import OffsetGap
from runs.artifacts.logs.appending import append_log
from tests.forks import OF_SERVERS, Fork

pytestmark = pytest.mark.both_databases

# Forks for each line that it reads, and says when the fork has ended.
WRITER = """
import os, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from runs.artifacts.logs.appending import append_log
from runs.tracking.models import Run
for line in sys.stdin:
    offset, number = map(int, line.split())
    if os.fork():
        os.wait()
        print("\\nended", flush=True)
        continue
    print(os.getpid(), flush=True)
    run = Run.objects.get(pk=int(sys.argv[2]))
    while True:
        offset = append_log(run=run, path="log.txt", offset=offset, data=b"line %d\\n" % number)
        number += 1
        print(offset, number, flush=True)
"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_acknowledged_lines_survive_kills_in_order(run, files_dir):
    offset = number = 0
    writer = start_writer(run, files_dir)
    for _ in range(4):
        offset, number = write_and_kill(writer, offset, number)
    writer.communicate()
    stored = b"".join(queries.read_file(queries.get_file(run, "log.txt")))
    expected = b"".join(b"line %d\n" % each for each in range(number + 1))
    assert number > 20
    assert stored[:offset] == expected[:offset]
    assert expected.startswith(stored)
    assert append_log(run=run, path="log.txt", offset=offset, data=b"line %d\n" % number) > offset


def start_writer(run, files_dir) -> Fork:
    return Fork(
        [sys.executable, "-c", WRITER, connection.settings_dict["NAME"], str(run.pk)],
        OF_SERVERS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "studio.settings", "STUDIO_DATA_DIR": str(files_dir.parent)},
    )


def write_and_kill(writer: Fork, offset: int, number: int) -> tuple[int, int]:
    """Let a process append lines, end it without warning; return the last it was told."""
    print(offset, number, file=writer.stdin, flush=True)
    pid = int(writer.stdout.readline())
    lines = [writer.stdout.readline() for _ in range(15)]
    time.sleep(0.03)
    os.kill(pid, signal.SIGKILL)
    lines += iter(writer.stdout.readline, "ended\n")
    complete = [line.split() for line in lines if len(line.split()) == 2]
    return int(complete[-1][0]), int(complete[-1][1])


@pytest.mark.django_db
def test_a_sender_that_lost_its_place_is_told_where_to_go_on(run):
    append_log(run=run, path="log.txt", offset=0, data=b"12345")
    with pytest.raises(OffsetGap) as caught:
        append_log(run=run, path="log.txt", offset=99, data=b"x")
    assert caught.value.expected == 5
