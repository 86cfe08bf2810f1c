"""Runs that end at once: what they cost, and that nothing of them is lost."""

import pytest

from tests.sdk.lab import run_row

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
# The log of a run is written by others too, before the supervisor sends it.
WRITES_ITS_LOG = """
import os, urllib.request
address = os.environ['STUDIO_URL'] + '/w/default/api/v1/runs/' + os.environ['STUDIO_RUN_ID']
log = '/logs?path=azureml-logs/70_driver_log.txt&offset=0'
head = {'Authorization': 'Bearer ' + os.environ['STUDIO_RUN_TOKEN']}
request = urllib.request.Request(address + log, b'theirs\\n', head, method='PATCH')
urllib.request.urlopen(request).read()
print('mine')
"""
NOTHING_MEANWHILE = """
from studio.sdk.supervisor import beats, notes, shipping, watching
watching.HOLD_S = notes.FIRST_S = shipping.EVERY_S = 600.0
beats.Heart.__init__.__kwdefaults__["every_s"] = 600.0
"""


@pytest.mark.both_databases
def test_a_run_that_ends_at_once_takes_one_request_of_its_own(gate, lab, start_node):
    """On a busy machine it lasts so long that a beat, a note or a log is due: here none is."""
    start_node(url=gate.url, before=NOTHING_MEANWHILE)
    run_id = lab.submit(command=["echo", "hello"])
    run = lab.wait(run_id)
    assert [change["status"] for change in run["history"]] == [
        "Queued", "Preparing", "Running", "Completed",
    ]  # fmt: skip
    assert lab.log(run_id) == "hello\n"
    own = f"POST /w/default/api/v1/runs/{run_id}/attempt/finish"
    assert [line for line in gate.asked if run_id in line] == [own]


@pytest.mark.parametrize(
    ("part", "times"),
    [(b"\xff\xfe\n", 1), (b"a\0b\n", 1), ("é\r\n".encode(), 1), (b"long", 25_000)],
)
def test_whatever_a_short_run_prints_is_in_its_log(lab, start_node, part, times):
    start_node()
    script = f"import sys; sys.stdout.buffer.write({part!r} * {times})"
    run_id = lab.submit(command=["python", "-c", script])
    assert lab.wait(run_id)["status"] == "Completed"
    query = {"path": "azureml-logs/70_driver_log.txt"}
    assert lab.api.ask("GET", f"runs/{run_id}/logs/tail", query=query) == part * times
    assert not run_row(run_id).files.filter(growing=True).exists()
    assert "End: completed." in lab.log(run_id, "azureml-logs/75_job_post-n1.txt")


@pytest.mark.both_databases
def test_a_log_that_others_have_begun_goes_on_behind_it(lab, start_node):
    start_node()
    run_id = lab.submit(WRITES_ITS_LOG)
    assert lab.wait(run_id)["status"] == "Completed"
    assert lab.log(run_id) == "theirs\n\n--- attempt 1 on node n1 ---\nmine\n"


def test_a_run_with_files_runs_before_it_is_finalized(lab, start_node):
    start_node()
    script = "import pathlib\npathlib.Path('outputs').mkdir()\n"
    run_id = lab.submit(script + "pathlib.Path('outputs/model.txt').write_text('weights')")
    told = [change["status"] for change in lab.wait(run_id)["history"]]
    assert [one for one in told if one != "Finalizing"] == [
        "Queued", "Preparing", "Running", "Completed",
    ]  # fmt: skip
