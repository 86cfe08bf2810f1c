"""Cancel of scripts that do not want to end: a census of processes after each."""

import time

import pytest

from tests.faults.processes import read_log, with_variable
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

DEAF = "import signal\nfor n in (1, 2, 3, 10, 12, 15): signal.signal(n, signal.SIG_IGN)\n"
# All of them end by themselves, later than the test: nothing may outlive a test that is killed.
WAIT = "\nimport time\nprint('ready', flush=True)\ntime.sleep(300)\n"
NASTY = {
    "ignores signals": DEAF,
    "blocks signals": "import signal\nsignal.pthread_sigmask(0, set(range(1, 32)))\n",
    "double fork": "import os\nif os.fork() == 0 and os.fork(): os._exit(0)\n",
    "deaf double fork": DEAF + "import os\nif os.fork() == 0 and os.fork(): os._exit(0)\n",
    "sessions": "import subprocess\n[subprocess.Popen(['setsid', 'sleep', '300']) for _ in 'ab']\n",
    "nohup": "import subprocess\nsubprocess.Popen(['nohup', 'sleep', '300'], stdout=-3)\n",
    "daemon": (
        "import os\nif os.fork() == 0:\n os.setsid(); os.chdir('/'); os.closerange(0, 99)\n"
        " if os.fork(): os._exit(0)\n import time\n time.sleep(300)\n os._exit(0)\n"
    ),
    "forks in a loop": (
        DEAF + "import os, time\nif os.fork() == 0:\n os.setsid()\n"
        " end = time.monotonic() + 300\n"
        " while time.monotonic() < end:\n  if os.fork(): os._exit(0)\n  time.sleep(0.005)\n"
    ),
    "forks when asked to end": (
        "import os, signal, time\ndef more(*_):\n for _ in range(5):\n"
        "  if os.fork() == 0: os.setsid(); time.sleep(300)\nsignal.signal(15, more)\n"
    ),
    "stands still": "import os, signal\nif os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP)\n",
}


def test_no_process_survives_a_cancel(lab, nodes):
    """All ten at once, on one node. A cancel takes at most 15 s where the machine is not busy; one
    after the other they would take longer than what is allowed on one that is."""
    nodes.start(slots=len(NASTY))
    run_ids = {name: lab.submit(script + WAIT) for name, script in NASTY.items()}
    for name, run_id in run_ids.items():
        wait_for(lambda: "ready" in read_log(lab, run_id), name)  # noqa: B023
    began = time.monotonic()
    for run_id in run_ids.values():
        lab.api.ask("POST", f"runs/{run_id}/cancel")
    seconds = {}
    for name, run_id in run_ids.items():
        run = lab.wait(run_id)
        seconds[name] = time.monotonic() - began
        assert (run["status"], with_variable(run_id)) == ("Canceled", []), name
        assert "ready\n" in lab.log(run_id), name
    print(f"\nlast cancel after {max(seconds.values()):.1f} s")
    assert max(seconds.values()) < 90
