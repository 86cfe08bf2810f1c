"""What goes wrong on a machine: nothing is lost, doubled or held up, and one line says so."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from studio.sdk import Run
from studio.sdk.outbox import places
from studio.sdk.outbox import writer as writing
from studio.sdk.outbox.delivering import read_ahead
from studio.sdk.outbox.places import make_folder, write_json
from studio.sdk.outbox.segments import Segment, list_segments, remove_outbox, remove_stream
from studio.sdk.outbox.sender import Sender, count_unsent, has_sender, main
from studio.sdk.outbox.thinning import thin_if_large
from studio.sdk.outbox.writer import Writer
from tests.sdk.gate import senders_of
from tests.sdk.test_outbox import is_over
from tests.waiting import LONGEST_WAIT_S, wait_for

live = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def writer_in(folder: Path) -> Writer:
    """Return a writer in an outbox of nothing else."""
    (folder / "writers").mkdir(parents=True, exist_ok=True)
    return Writer(folder)


@live
def test_a_full_disk_is_told_once_and_loses_nothing(space, scripts):
    script = """
import resource
run = start(captures_console=False)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_001, hard))
for i in range(5000): run.log("x", i)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
for i in range(5000, 6000): run.log("x", i)
run.flush()
run.complete()
print(run.id)
"""
    out, err = scripts.run(script)
    assert Run.get(space, out.strip()).get_metrics()["x"] == [float(i) for i in range(6000)]
    assert err.count("takes nothing") == 1
    assert len(err.splitlines()) == 1


def test_a_line_that_comes_while_the_sender_ends_is_sent(tmp_path, monkeypatch):
    """Who wrote it found the lock held, and started no other sender."""
    facts = {"url": "http://127.0.0.1:9", "workspace": "default", "run_id": "1"}
    write_json(tmp_path / "run.json", facts)
    writer = writer_in(tmp_path)
    unsent = []

    def work(sender: Sender) -> bool:
        unsent.append(count_unsent(writer.folder))
        if len(unsent) > 1:
            remove_stream(writer.folder)
        elif has_sender(tmp_path):
            writer.write(b"{}\n")
        return True

    monkeypatch.setattr(Sender, "work", work)
    main(str(tmp_path))
    assert unsent == [0, 1]
    assert not has_sender(tmp_path)


def test_an_outbox_that_is_opened_while_it_is_removed_is_another_one(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_OUTBOX", str(tmp_path))
    folder = make_folder("1")
    opened: list[Writer] = []
    opening = threading.Thread(target=lambda: opened.append(Writer(make_folder("1"))))
    rename = Path.rename
    monkeypatch.setattr(places, "REMOVAL_S", LONGEST_WAIT_S)

    def rename_late(path: Path, target: Path) -> Path:
        if path == folder:
            opening.start()
            # It waits for the end of the removal.
            opening.join(0.2)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_late)
    remove_outbox(folder)
    opening.join()
    assert [one.folder.is_dir() for one in opened] == [True]


def test_a_stream_that_was_closed_and_removed_is_sent(tmp_path):
    """Another thread may wait for it still, and would wait until its patience ends."""
    stream = writer_in(tmp_path)
    stream.write(b"{}\n")
    stream.close()
    assert not stream.is_sent()
    remove_stream(stream.folder)
    assert stream.is_sent()


def test_a_writer_is_never_seen_without_its_process(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(writing, "identify", lambda: seen.append([*tmp_path.glob("writers/*")]))
    writer_in(tmp_path)
    assert seen == [[]]


@live
def test_without_any_place_a_training_goes_on(space, scripts, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    script = """
import studio.sdk.outbox.places as places
places.candidates = lambda: [places.Path(os.environ["STUDIO_OUTBOX"])]
run = start()
for i in range(100): run.log("x", i)
run.log_list("y", [1, 2])
run.complete()
print(run.get_status())
"""
    out, err = scripts.run(script, STUDIO_OUTBOX=str(file))
    assert out == "Completed\n"
    assert len(err.splitlines()) == 1
    assert "no folder can be written to" in err


@live
@pytest.mark.parametrize("seed", range(4))
def test_a_script_killed_at_any_moment_keeps_what_it_logged(space, scripts, seed):
    # Small files: every few hundredths of a second another one begins.
    script = """
import studio.sdk.outbox.writer as writer
writer.SEGMENT_BYTES = 1 << 17
run = start(captures_console=False)
print(run.id, flush=True)
for i in range(10**9):
    run.log("x", i, step=i)
    if i % 50 == 0:
        sys.stdout.write(f"{i}\\n"); sys.stdout.flush()
"""
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    time.sleep(random.Random(seed).uniform(0.02, 0.25))
    process.kill()
    last = int((process.communicate()[0].strip().splitlines() or ["-1"])[-1])
    wait_for(lambda: is_over(run_id), "the end of the run")
    found = Run.get(space, run_id).get_metrics(always_list=True).get("x", [])
    assert found == [float(i) for i in range(len(found))]
    assert len(found) > last


@live
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 20))]
)
def test_senders_and_script_killed_at_any_moment_lose_and_double_nothing(space, scripts, seed):
    script = """
import threading
run = start(captures_console=False)
print(run.id, flush=True)
def chatter():
    for i in range(10**9):
        run.log("thread", i); time.sleep(0.0005)
        if i % 100 == 0: run.tag("thread", str(i))
threading.Thread(target=chatter, daemon=True).start()
for i in range(10**9):
    run.log("x", i, step=i); time.sleep(0.0002)
    if i % 50 == 0: os.write(1, b"%d\\n" % i); run._box.look_after_sender()
"""
    chance = random.Random(seed)
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    for _ in range(6):
        time.sleep(chance.uniform(0.02, 0.5))
        kill_senders(run_id)
    process.kill()
    last = int((process.communicate()[0].strip().splitlines() or ["-1"])[-1])
    if chance.random() < 0.5:
        kill_senders(run_id)
        time.sleep(0.5)
    subprocess.run([sys.executable, "-m", "studio.sdk.cli", "sync"], env=scripts.environment)
    wait_for(lambda: is_over(run_id) and scripts.outboxes() == [], "all to be sent")
    found = Run.get(space, run_id).get_metrics(always_list=True)
    for values in found.values():
        assert values == [float(i) for i in range(len(values))]
    assert len(found.get("x", [])) > last


def kill_senders(run_id: str) -> None:
    for pid in senders_of(run_id):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("rest", range(0, len(b'{"kind":"scalar","name":"x","value":1}'), 5))
def test_a_line_that_was_cut_anywhere_is_left_out(tmp_path, rest):
    stream = writer_in(tmp_path)
    for number in range(3):
        stream.write(value("x", number))
    path = list_segments(stream.folder)[0].path
    with open(path, "r+b") as file:
        file.truncate(len(value("x", 0)) * 2 + rest)
    assert [one.data + b"\n" for one in read_ahead(stream.folder, 0)] == [
        value("x", 0), value("x", 1)
    ]  # fmt: skip


@live
def test_many_processes_at_once_are_all_there_once(space, scripts):
    script = """
import multiprocessing
run = start()
def work(number):
    for i in range(5000): run.log("x", i, step=i)
workers = [multiprocessing.get_context("fork").Process(target=work, args=(n,)) for n in range(8)]
for worker in workers: worker.start()
for worker in workers: worker.join()
run.complete()
print(run.id)
"""
    out, err = scripts.run(script)
    assert err == ""

    def count():
        items = Run.get(space, out.strip())._ask("GET", "/metrics")["items"]
        return items and items[0]["n"]

    wait_for(lambda: count() == 40_000, "every value")
    assert sorted(Run.get(space, out.strip()).get_metrics()["x"]) == sorted(
        float(i) for i in range(5000) for _ in range(8)
    )


@live
def test_spawned_processes_find_the_run_by_the_environment(space, scripts):
    script = """
import subprocess
run = start()
child = "from studio.sdk import Run; run = Run.get_context(); run.log('child', 2); print(run.id)"
print(subprocess.check_output([sys.executable, "-c", child], text=True))
run.complete()
after = "from studio.sdk import Run; print(Run.get_context().id)"
print(subprocess.check_output([sys.executable, "-c", after], text=True))
print(run.id)
"""
    out, _ = scripts.run(script)
    inner, after, run_id = out.split()
    assert inner == run_id
    assert after.startswith("OfflineRun")
    assert Run.get(space, run_id).get_metrics() == {"child": 2.0}


@live
def test_ctrl_c_at_the_end_leaves_at_once(space, scripts, gate):
    gate.shut()
    # The end waits for the studio for longer than the test.
    script = """
from studio.sdk.outbox import opening, outbox
opening.EXIT_WAIT_S = 600.0
wait = outbox.Outbox.wait
def tell(box, seconds, **options):
    os.write(1, b"waits\\n")
    return wait(box, seconds, **options)
outbox.Outbox.wait = tell
run = start(captures_console=False); run.log('x', 1); print(run.id, flush=True)
"""
    process = scripts.start(script, is_patient=False)
    run_id = process.stdout.readline().strip()
    assert process.stdout.readline() == "waits\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LONGEST_WAIT_S)
    assert f"entries of the run {run_id} wait in" in err
    gate.open()
    wait_for(lambda: is_over(run_id), "the end of the run")
    assert Run.get(space, run_id).get_metrics() == {"x": 1.0}


def value(name: str, number: int) -> bytes:
    return b'{"kind":"scalar","name":"%s","value":%d,"ms":1}\n' % (name.encode(), number)


def test_a_large_outbox_is_thinned_where_it_is_densest(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SEGMENT_BYTES", 20_000)
    monkeypatch.setenv("STUDIO_OUTBOX_BYTES", "60000")
    stream = writer_in(tmp_path)
    for number in range(2000):
        stream.write(value("dense", number))
        if number % 100 == 0:
            stream.write(value("rare", number))
    left_out = thin_if_large(tmp_path)
    kept = [line.data for line in read_ahead(stream.folder, 0)]
    numbers = [line.number for line in read_ahead(stream.folder, 0)]
    dense = [one for one in kept if b"dense" in one]
    assert left_out == 2000 - len(dense) > 500
    assert sum(b"rare" in one for one in kept) == 20
    assert dense[0] == value("dense", 0)[:-1]
    assert dense[-1] == value("dense", 1999)[:-1]
    assert numbers == sorted(set(numbers))
    size = sum(one.path.stat().st_size for one in list_segments(stream.folder)[:-1])
    assert size <= 60_000


def test_beyond_the_hard_limit_values_are_counted_and_not_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(writing, "SEGMENT_BYTES", 1000)
    monkeypatch.setattr(writing, "MOST_BYTES", 3000)
    stream = writer_in(tmp_path)
    for number in range(200):
        stream.write(value("x", number))
    assert stream.lost > 100
    assert capsys.readouterr().err.count("counted and not kept") == 1
    for segment in list_segments(stream.folder)[:-1]:
        segment.path.unlink()
    for number in range(1000):
        stream.write(value("y", number))
        if not stream.lost:
            break
    lines = [line.data for line in read_ahead(stream.folder, 0)]
    assert any(line.startswith(b'{"op":"lost","count":') for line in lines)


def test_a_sender_that_removes_a_file_meanwhile_does_not_disturb(tmp_path, monkeypatch):
    gone = Segment(0, tmp_path / "gone.jsonl")
    monkeypatch.setattr(writing, "SEGMENT_BYTES", 1000)
    monkeypatch.setattr(writing, "list_segments", lambda folder: [gone, *list_segments(folder)])
    stream = writer_in(tmp_path)
    for number in range(200):
        stream.write(value("x", number))
    assert len(list(read_ahead(stream.folder, 0))) == 200


def test_an_outbox_that_was_just_opened_stays(tmp_path):
    folder = tmp_path / "run"
    writer_in(folder)
    (folder / "run.json").write_text("{}")
    remove_outbox(folder)
    assert (folder / "run.json").exists()
    remove_stream(next((folder / "writers").iterdir()))
    remove_outbox(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_did_not_fit_is_taken_back(tmp_path, capsys):
    stream = writer_in(tmp_path)
    stream.write(value("x", 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (stream.end + 10, hard))
    try:
        stream.write(value("x", 1))
        stream.write(value("x", 2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    stream.write(value("x", 3))
    found = [line.data + b"\n" for line in read_ahead(stream.folder, 0)]
    assert found == [value("x", number) for number in range(4)]
    assert capsys.readouterr().err.count("studio:") == 1


def test_a_writer_that_its_sender_removes_meanwhile_has_no_files(tmp_path):
    class Vanishing(type(Path())):
        """A folder that goes as soon as somebody has seen it."""

        def is_dir(self) -> bool:
            return True

    folder = Vanishing(tmp_path / "writer")
    assert list_segments(folder) == []
    remove_stream(folder)
