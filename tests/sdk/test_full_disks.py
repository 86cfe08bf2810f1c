"""A disk that is full or cannot be written to: real file systems of a few megabytes."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.sdk import Run
from studio.sdk.outbox.delivering import read_ahead
from studio.sdk.outbox.places import candidates, is_remote
from studio.sdk.outbox.segments import list_segments, remove_stream
from studio.sdk.outbox.writer import Writer, read_sent, write_sent
from tests.sdk.lab import WAIT_AT_GATE
from tests.sdk.test_outbox_faults import writer_in
from tests.waiting import LONGEST_WAIT_S, wait_for

live = pytest.mark.django_db(transaction=True, serialized_rollback=True)
FILL = """
small = os.environ["STUDIO_OUTBOX"]
def fill():
    with open(small + "/filler", "wb", buffering=0) as file:
        try:
            while True: file.write(b"x" * 4096)
        except OSError: pass
"""


@pytest.fixture
def small_disk(tmp_path, monkeypatch) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    monkeypatch.setenv("STUDIO_OUTBOX", str(place))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture(params=[0, 93])
def other_place(monkeypatch, request) -> Iterator[Path]:
    """The temporary folder, on another disk than the small one; with a short path and one that is
    as long as it may be: links to longer paths than 127 bytes have no room on a full tmpfs."""
    prefix = "x" * (request.param - len(tempfile.gettempdir()) - len("/12345678"))
    with tempfile.TemporaryDirectory(prefix=prefix) as place:
        monkeypatch.setenv("TMPDIR", place)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(place) / f"studio-outbox-{os.getuid()}"


def line(number: int) -> bytes:
    return b'{"kind":"scalar","name":"x","value":%d,"ms":1}\n' % number


@live
def test_a_full_disk_holds_up_nobody_and_loses_nothing(
    other_place, space, scripts, gate, small_disk
):
    # Meanwhile nothing is sent: that would make room on the disk.
    script = """
run = start(captures_console=False)
print(run.id, flush=True)
while not os.path.exists("shut"): time.sleep(0.02)
for i in range(1000): run.log("x", i)
fill()
# Nothing waits.
sleep, time.sleep = time.sleep, None
for i in range(1000, 40_000): run.log("x", i)
open("kept.txt", "w").write("weights")
run._box.keep_file("outputs/kept.txt", open("kept.txt", "rb"))
time.sleep = sleep
print(len(run._box.writer._held), flush=True)
while not os.path.exists("open"): time.sleep(0.02)
run.complete()
"""
    process = scripts.start(FILL + script, STUDIO_OUTBOX=str(small_disk))
    run_id = process.stdout.readline().strip()
    gate.shut()
    (scripts.work / "shut").touch()
    assert process.stdout.readline() == "0\n"
    gate.open()
    (scripts.work / "open").touch()
    _, err = process.communicate(timeout=LONGEST_WAIT_S)
    assert process.returncode == 0, err
    run = Run.get(space, run_id)
    assert run.get_metrics()["x"] == [float(i) for i in range(40_000)]
    assert "outputs/kept.txt" in run.get_file_names()
    # An end that had waited in vain would be a third line.
    told = err.splitlines()
    assert len(told) == 2 and f"What is logged goes to {other_place}" in err
    assert "It is sent from where it is" in err
    assert list(other_place.iterdir()) == []


@live
def test_an_outbox_that_fills_its_disk_itself_is_sent(space, scripts, small_disk, gate):
    gate.shut()
    script = """
import studio.sdk.outbox.places as places
places.candidates = lambda: [places.Path(small)]
run = start(captures_console=False)
for i in range(40_000): run.log("x", i)
print(run.id, flush=True)
run.flush()
run.complete()
"""
    process = scripts.start(FILL + script, is_patient=False, STUDIO_OUTBOX=str(small_disk))
    run_id = process.stdout.readline().strip()
    gate.open()
    _, err = process.communicate(timeout=LONGEST_WAIT_S)
    run = Run.get(space, run_id)
    assert run.get_metrics()["x"] == [float(i) for i in range(40_000)]
    assert run.status == "Completed"
    assert err.count("is kept in memory until it does") == 1


@live
def test_a_folder_of_a_disk_that_is_read_only_is_not_used(other_place, space, scripts, small_disk):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    script = "run = start(); run.log('x', 1); print(run._box.folder, run.id)"
    out, err = scripts.run(script, STUDIO_OUTBOX=str(small_disk / "outbox"))
    folder, run_id = out.split()
    assert folder.startswith(str(other_place)) and err == ""
    assert Run.get(space, run_id).get_metrics() == {"x": 1.0}


def fill(disk: Path) -> None:
    with open(disk / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def test_a_stream_that_moves_away_keeps_its_numbers(small_disk, other_place, capsys):
    stream = writer_in(small_disk)
    stream.write(line(0))
    fill(small_disk)
    for number in range(1, 40_000):
        stream.write(line(number))
    place, found = 0, []
    while batch := list(read_ahead(stream.folder, place)):
        found += [one.data + b"\n" for one in batch]
        place = batch[-1].number + len(batch[-1].data) + 1
    assert found == [line(number) for number in range(40_000)]
    assert place == stream.end
    *_, last = list_segments(stream.folder)
    assert last.path.readlink().parent == other_place
    assert capsys.readouterr().err.count("studio:") == 1
    remove_stream(stream.folder)
    assert list(other_place.iterdir()) == []


def seconds_of_writing(stream: Writer) -> float:
    """Return the time of the processor that many lines take."""
    began = time.process_time()
    for number in range(30_000):
        stream.write(line(number))
    return time.process_time() - began


def test_without_another_place_each_call_is_short(small_disk, tmp_path, monkeypatch, capsys):
    with_room = seconds_of_writing(writer_in(tmp_path / "roomy"))
    monkeypatch.setattr("studio.sdk.outbox.places.candidates", lambda: [small_disk])
    monkeypatch.setattr(time, "sleep", None)
    stream = writer_in(small_disk)
    fill(small_disk)
    assert seconds_of_writing(stream) < with_room * 10
    (small_disk / "filler").unlink()
    stream.push_held()
    assert stream.end == sum(len(line(number)) for number in range(30_000)) + 1


def test_how_far_all_is_sent_is_noted_on_a_full_disk(small_disk):
    write_sent(small_disk, 0)
    fill(small_disk)
    for place in (1 << 40, 7):
        write_sent(small_disk, place)
        assert read_sent(small_disk) == place


def test_a_home_on_a_network_comes_after_local_folders(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\nserver:/home /net/my\\040home nfs4 rw,hard 0 0\n")
    assert is_remote(Path("/net/my home/ada/.local"), str(mounts))
    assert not is_remote(Path("/net/other"), str(mounts))
    monkeypatch.delenv("STUDIO_OUTBOX", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/net/my home/ada")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert candidates()[0] == Path("/net/my home/ada/studio/outbox")
    real = is_remote
    monkeypatch.setattr("studio.sdk.outbox.places.is_remote", lambda path: real(path, str(mounts)))
    assert candidates()[0].parent == tmp_path
    assert candidates()[-1] == Path("/net/my home/ada/studio/outbox")


SMALL_DISK = 'import sys\nwith open("checkpoint", "wb", buffering=0) as file:\n'
FILL_IT = (
    "    try:\n        while True:\n            file.write(b'x' * 4096)\n    except OSError:\n"
)


@pytest.fixture
def node_disk(tmp_path) -> Iterator[Path]:
    """The folder of the node n1, on a disk of four megabytes."""
    place = tmp_path / "n1"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@live
def test_a_script_that_fills_the_disk_of_its_node_ends_with_its_own_code(
    node_disk, lab, gate, start_node, tmp_path
):
    start_node(url=gate.url, GATE=str(tmp_path / "gate"))
    run_id = lab.submit(
        SMALL_DISK + FILL_IT + "        pass\n" + WAIT_AT_GATE + "sys.exit(3)\n", retries=0
    )
    lab.wait(run_id, "Running")
    wait_for(lambda: shutil.disk_usage(node_disk).free < 4096, "the disk to be full")
    # It is noted on the disk that one was answered before another one comes.
    gate.wait_until_asked(f"runs/{run_id}/attempt/beat", times=2)
    (tmp_path / "gate").touch()
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "exit code 3")


HELLO = ["python", "-c", "print('on')"]


def trouble_of(lab, name: str = "n1") -> str:
    nodes = lab.api.ask("GET", "clusters/lab/nodes")["items"]
    return "".join(one["load"].get("trouble", "") for one in nodes if one["name"] == name)


@live
def test_a_node_on_a_full_disk_takes_no_runs_until_there_is_room(
    node_disk, lab, gate, start_node, tmp_path
):
    with open(tmp_path / "said", "w") as said:
        node = start_node(url=gate.url, stderr=said)
        lab.until(lambda: "joined" in (tmp_path / "said").read_text())
        fill(node_disk)
        run_id = lab.submit(command=HELLO)
        lab.until(lambda: trouble_of(lab) != "")
        assert trouble_of(lab) == f"No space left on device ({next(node_disk.glob('*-1'))})"
        page = lab.api.ask("GET", "clusters/lab/nodes")["items"][0]
        gate.wait_until_asked("/claim", times=3)
        assert lab.run(run_id)["status"] == "Queued" and node.poll() is None
        (node_disk / "filler").unlink()
        assert lab.wait(run_id)["status"] == "Completed"
        assert trouble_of(lab) == ""
    told = (tmp_path / "said").read_text().splitlines()[1:]
    assert told == [
        f"The node n1 takes no runs: {page['load']['trouble']}.",
        "The node n1 has room again and takes runs.",
    ]


@live
def test_a_node_gives_back_what_it_cannot_place(request, node_disk, lab, start_node, tmp_path):
    with open(tmp_path / "said", "w") as said:
        node = start_node(stderr=said)
        lab.until(lambda: "joined" in (tmp_path / "said").read_text())
        # The disk tells that it has room.
        subprocess.run(["mount", "--bind", node_disk, node_disk], check=True)
        request.addfinalizer(lambda: subprocess.run(["umount", "-l", node_disk], check=False))
        subprocess.run(["mount", "-o", "remount,bind,ro", node_disk], check=True)
        run_id = lab.submit(command=HELLO, retries=0)
        lab.until(lambda: trouble_of(lab).startswith("Read-only file system"))
        start_node("n2")
        run = lab.wait(run_id)
        assert (run["status"], node.poll()) == ("Completed", None)
        reasons = [change["reason"] for change in run["history"]]
        given_back = "the node could not take it: n1: Read-only file system"
        assert f"tried again after: {given_back}" in reasons
        attempts = lab.api.ask("GET", f"runs/{run_id}/job")["attempts"]
        assert sorted(one["cause"] for one in attempts) == ["completed", "not_placed"]
        subprocess.run(["mount", "-o", "remount,bind,rw", node_disk], check=True)
        lab.until(lambda: trouble_of(lab) == "")
    said_lines = (tmp_path / "said").read_text()
    assert "Traceback" not in said_lines and said_lines.count("goes back to the queue") == 1


@live
def test_a_run_whose_snapshot_does_not_fit_waits_for_room(node_disk, lab, start_node):
    start_node()
    weights = os.urandom(3_000_000).hex()
    run_id = lab.submit(snapshot=lab.store({"weights": weights}), command=HELLO, retries=0)
    given_back = "the node could not take it: n1: No space left on device"
    lab.until(lambda: given_back in lab.run(run_id)["status_reason"])
    assert lab.run(run_id)["status"] == "Queued"
    subprocess.run(["mount", "-o", "remount,size=20m", node_disk], check=True)
    assert lab.wait(run_id)["status"] == "Completed"


@live
def test_a_node_that_starts_on_a_disk_without_room_waits_for_some(
    node_disk, lab, start_node, tmp_path
):
    subprocess.run(["mount", "-o", "remount,ro", node_disk], check=True)
    with open(tmp_path / "said", "w") as said:
        node = start_node(stderr=said)
    run_id = lab.submit(command=HELLO)
    lab.until(lambda: "does not let the node work" in (tmp_path / "said").read_text())
    assert node.poll() is None
    subprocess.run(["mount", "-o", "remount,rw", node_disk], check=True)
    assert lab.wait(run_id)["status"] == "Completed"
