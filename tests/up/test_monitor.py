"""`manage.py monitor`: a machine is watched for a run, over the protocol."""

import io
import subprocess
import sys
import threading

import pytest
from django.core.management import CommandError, call_command

from runs.management.machine import Machine, read_gpus
from runs.management.watch import Watch
from runs.metrics.queries import read_summaries
from runs.tracking.services import update_run
from studio.bootstrap import BASE_DIR
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
CPU = "system/cpu_utilization_percentage"


@pytest.fixture
def url(live_server, settings):
    settings.STUDIO_OPEN = True
    return live_server.url


def counts(run):
    return {key: summary.n for (_, key, _), summary in read_summaries([run.id]).items()}


def test_samples_are_logged_until_the_run_ends(url):
    run = make_run(run_id="watched")
    watch = Watch(url, "watched", Machine())
    assert watch.tick()
    update_run(run=run, status="Completed")
    assert not watch.tick()
    found = counts(run)
    assert found[CPU] == 2
    assert {key.split("_")[0] for key in found} >= {"system/cpu", "system/disk", "system/network"}
    memory = read_summaries([run.id], ["system/system_memory_usage_percentage"])
    [summary] = memory.values()
    assert 0 < summary.last <= 100


def test_a_second_monitor_goes_on_behind_the_first(url):
    run = make_run(run_id="watched")
    Watch(url, "watched", Machine()).tick()
    Watch(url, "watched", Machine()).tick()
    [summary] = read_summaries([run.id], [CPU]).values()
    assert (summary.n, summary.last_step) == (2, 1)


def test_samples_wait_for_a_studio_that_does_not_answer(url):
    run = make_run(run_id="watched")
    watch = Watch(url, "watched", Machine())
    watch.url = "http://127.0.0.1:9"
    assert watch.tick() and watch.tick()
    assert counts(run) == {}
    watch.url = url
    assert watch.tick()
    assert counts(run)[CPU] == 3
    assert watch.waiting == []


def test_the_command_ends_with_the_run(url):
    run = make_run(run_id="watched")
    told = io.StringIO()
    arguments = ("monitor", "watched")
    options = {"url": url, "every": 0.05, "stdout": told}
    thread = threading.Thread(target=call_command, args=arguments, kwargs=options)
    thread.start()
    update_run(run=run, status="Failed")
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert "values logged to watched" in told.getvalue()


def test_a_run_that_there_is_not(url):
    with pytest.raises(CommandError, match="not found"):
        call_command("monitor", "nobody/../x", url=url)
    with pytest.raises(CommandError, match="http"):
        call_command("monitor", "nobody", url="file:///etc/passwd")
    with pytest.raises(CommandError, match="does not answer"):
        call_command("monitor", "nobody", url="http://127.0.0.1:9")
    with pytest.raises(CommandError, match="--disk"):
        call_command("monitor", "nobody", url=url, disk="/no/such/path")
    with pytest.raises(CommandError, match="--every"):
        call_command("monitor", "nobody", url=url, every=0)


def test_clients_load_no_code_of_the_server():
    program = (
        "import sys, runs.management.watch, examples.demo.__main__;"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'studio')"
        " or name.startswith('runs.') and not name.startswith('runs.management')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True)
    assert done.stdout == b"[]\n", done


def test_gpus_as_their_tool_tells_of_them():
    found = read_gpus("35, 1024, 4096, 70.5, 150.00\n[N/A], 0, 4096, [N/A], [N/A]\n")
    assert found["system/gpu_0_utilization_percentage"] == 35
    assert found["system/gpu_0_memory_usage_percentage"] == 25
    assert found["system/gpu_0_power_usage_percentage"] == 47
    assert found["system/gpu_1_memory_usage_percentage"] == 0
    assert "system/gpu_1_utilization_percentage" not in found
    assert read_gpus("") == {}
