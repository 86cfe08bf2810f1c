"""The beats of a script that runs by itself: while it has nothing to log, its run lives on."""

import pytest

from runs.tracking.models import LastWord, Run
from runs.tracking.silence import mark_silent_runs, store_words
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def has_beaten() -> bool:
    store_words()
    return LastWord.objects.filter(beats=True).exists()


def is_running() -> bool:
    return Run.objects.get().status == "Running"


def test_a_quiet_script_lives_by_its_beats(space, scripts):
    script = scripts.start("run = start()\nprint(run.id, flush=True)\ntime.sleep(600)")
    wait_for(has_beaten, "a beat", every_s=0.5)
    assert mark_silent_runs() == 0

    Run.objects.update(updated_ms=1)
    LastWord.objects.update(at_ms=1)
    assert mark_silent_runs() == 1
    assert Run.objects.get().status_reason.startswith("no beat for ")
    wait_for(is_running, "the next beat", every_s=0.5)
    script.kill()
    wait_for(lambda: Run.objects.get().status == "Failed", "word of its end")


def test_a_script_that_was_not_heard_of_and_is_killed_has_failed(space, scripts):
    script = scripts.start("run = start()\nprint(run.id, flush=True)\ntime.sleep(600)")
    wait_for(has_beaten, "a beat", every_s=0.5)
    Run.objects.update(updated_ms=1)
    LastWord.objects.update(at_ms=1)
    assert mark_silent_runs() == 1
    script.kill()
    wait_for(lambda: Run.objects.get().status == "Failed", "word of its end")
    assert Run.objects.get().status_reason == "process gone"
