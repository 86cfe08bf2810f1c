"""Outboxes that are left on a machine: what is in them, sending them later."""

import os

import pytest

from studio.sdk import Run
from studio.sdk.outbox.syncing import list_outboxes, sync
from tests.waiting import LONGEST_WAIT_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
OFFLINE = """
run = start(name="offline")
for i in range(300):
    run.log("x", i)
run._box.may_start_sender = False
run._box.sender.kill()
run._box.sender.wait()
print(run.id, flush=True)
"""


@pytest.fixture
def left(gate, scripts) -> str:
    """A run that was logged while the studio was away, and whose sender is dead."""
    gate.shut()
    out, _ = scripts.run(OFFLINE + "os._exit(0)", is_patient=False)
    gate.open()
    return out.strip()


def test_what_waits_is_listed_and_sent_once(space, left):
    (box,) = list_outboxes()
    assert (box.run_id, box.count, box.is_written) == (left, 301, False)
    said: list[str] = []
    assert sync(said.append) == 0
    assert said == [f"{left}: everything is sent (301 entries)."]
    assert list_outboxes() == []
    run = Run.get(space, left)
    assert run.get_metrics() == {"x": [float(i) for i in range(300)]}
    assert (run.status, run.display_name) == ("Failed", "offline")


def test_without_a_studio_everything_stays(left, gate):
    gate.shut()
    assert sync(patience_s=0.5) == 301
    assert len(list_outboxes()) == 1


def test_a_token_that_is_refused_is_told_and_nothing_is_lost(space, left, settings, monkeypatch):
    settings.STUDIO_OPEN = False
    monkeypatch.setenv("STUDIO_TOKEN", "wrong")
    said: list[str] = []
    assert sync(said.append) == 301
    assert "token" in said[-1].lower()
    settings.STUDIO_OPEN = True
    monkeypatch.delenv("STUDIO_TOKEN")
    assert sync() == 0
    assert len(Run.get(space, left).get_metrics()["x"]) == 300


def test_a_run_that_is_deleted_at_the_studio_keeps_its_outbox(space, gate, scripts):
    script = """
run = start(); run.log('x', 1); run.flush(); print(run.id, flush=True)
while not os.path.exists("deleted"): time.sleep(0.02)
run.log('x', 2)
"""
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    space._connection.ask("DELETE", f"runs/{run_id}")
    (scripts.work / "deleted").touch()
    _, err = process.communicate(timeout=LONGEST_WAIT_S)
    assert process.returncode == 0
    assert "is deleted" in err or "must be in the 'active' state" in err
    wait_for(lambda: list_outboxes()[0].problem, "the problem to be told")
    assert list_outboxes()[0].run_id == run_id
    assert os.path.exists(list_outboxes()[0].folder / "problem.json")
