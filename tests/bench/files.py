"""How fast files are zipped, opened and searched: `python -m tests.bench.files [--mib 1024]`.

Each zip is compared with `cat` of the same files and with Python's zipfile into a temporary file;
the page cache is warm. Prints a table; asserts that every way gives the same bytes.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LINE = b"2026-01-01 12:00:00 INFO epoch %07d step 3456 loss=0.123456 lr=1e-3 and some more text\n"


@contextmanager
def studio() -> Iterator[Path]:
    """A studio of its own, empty, in a folder that vanishes."""
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        os.environ |= {"STUDIO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "studio.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)


def make_run(number: int):
    from runs.tracking.models import Experiment, Run

    experiment = Experiment.objects.get(number=0)
    return Run.objects.create(
        workspace=experiment.workspace, experiment=experiment, run_id=f"bench-{number}",
        number=number, status="Completed", created_ms=0, updated_ms=0,
    )  # fmt: skip


def text(size_bytes: int, first: int) -> Iterator[bytes]:
    while size_bytes > 0:
        part = b"".join(LINE % (first + number) for number in range(3000))[:size_bytes]
        first, size_bytes = first + 3000, size_bytes - len(part)
        yield part


def fill(run, count: int, size_bytes: int) -> None:
    from runs.artifacts.services import save_file

    for number in range(count):
        chunks = text(size_bytes, number * 1_000_000)
        save_file(owner=run, path=f"logs/node_{number % 10}/{number:05}.txt", chunks=chunks)


def best(work: Callable[[], int], times: int = 3) -> float:
    """Return the megabytes per second of the best of some runs."""
    rates = []
    for _ in range(times):
        start = time.perf_counter()
        rates.append(work() / (time.perf_counter() - start) / 1e6)
    return max(rates)


def rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(what: str, value: str) -> None:
    print(f"{what:<52}{value:>22}", flush=True)


def bench_zip(run, label: str) -> None:
    from runs.artifacts.stores import local_store
    from runs.artifacts.zipping import plan_zip

    paths = [str(local_store().resolve(key)) for key in run.files.values_list("key", flat=True)]
    size = sum(run.files.values_list("size_bytes", flat=True))
    start = time.perf_counter()
    plan = plan_zip([run])
    next(plan.chunks())
    tell(f"{label}: first byte", f"{(time.perf_counter() - start) * 1000:.1f} ms")
    tell(f"{label}: cat", f"{best(lambda: cat(paths, size)):.0f} MB/s")
    tell(f"{label}: read in Python", f"{best(lambda: drain(map_read(paths))):.0f} MB/s")
    tell(f"{label}: zip, stored", f"{best(lambda: drain(plan_zip([run]).chunks())):.0f} MB/s")
    rate = best(lambda: size + 0 * drain(plan_zip([run]).deflated_chunks()), 1)
    tell(f"{label}: zip, deflated (of input)", f"{rate:.0f} MB/s")
    tell(
        f"{label}: zipfile, stored, to a file", f"{best(lambda: spool(paths, 0, size), 1):.0f} MB/s"
    )
    tell(f"{label}: peak memory", f"{rss_mb():.0f} MB")
    check(plan, run)


def cat(paths: list[str], size: int) -> int:
    with tempfile.TemporaryFile() as names:
        names.write("\0".join(paths).encode())
        names.seek(0)
        command = ["xargs", "-0", "cat"]
        with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, bufsize=0) as feed:
            total = 0
            while chunk := feed.stdout.read(1 << 18):
                total += len(chunk)
    assert feed.returncode == 0
    assert total == size
    return total


def map_read(paths: list[str]) -> Iterator[bytes]:
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while chunk := file.read(1 << 18):
                yield chunk


def drain(chunks: Iterator[bytes]) -> int:
    return sum(map(len, chunks))


def spool(paths: list[str], method: int, size: int) -> int:
    with tempfile.TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", method) as archive:
            for path in paths:
                archive.write(path)
        target.seek(0)
        while target.read(1 << 18):
            pass
    return size


def check(plan, run) -> None:
    with tempfile.TemporaryFile() as target:
        for chunk in plan.chunks():
            target.write(chunk)
        assert target.tell() == plan.size_bytes
        with zipfile.ZipFile(target) as archive:
            for file in run.files.all()[:50]:
                assert zlib.crc32(archive.read(file.path)) == file.crc32


def bench_log(run, mib: int) -> None:
    from runs.artifacts.logs import line_index
    from runs.artifacts.logs.failures import error_line
    from runs.artifacts.logs.reading import read_lines
    from runs.artifacts.logs.searching import parse_query, search_file
    from runs.artifacts.services import save_file

    file = save_file(owner=run, path="logs/big.log", chunks=text(mib << 20, 0))
    line_index._cached.clear()

    def timed(what: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        tell(f"log of {mib} MiB: {what}", f"{(time.perf_counter() - start) * 1000:.1f} ms")

    timed("open at its end, not counted yet", lambda: read_lines(file, last=True))
    timed("open at its end again", lambda: read_lines(file, last=True))
    line_index._cached.clear()
    timed("open at its end after a restart", lambda: read_lines(file, last=True))
    timed("jump to a line in the middle", lambda: read_lines(file, first_line=5_000_000))
    timed("find the error (there is none)", lambda: error_line(file))
    for pattern in ("CUDA out of memory", r"loss=0\.9\d+ .*nan", "(a+)+b$"):
        query = parse_query(pattern)
        timed(f"search all for {pattern}", lambda q=query: list(search_file(file, q, budget_s=99)))
    query = parse_query("loss")
    timed("first 1000 hits of a frequent word", lambda: list(search_file(file, query)))
    tell("peak memory", f"{rss_mb():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    mib = parser.parse_args().mib
    with studio():
        few, many = make_run(1), make_run(2)
        fill(few, 1000, mib << 10)
        bench_zip(few, f"1000 files of {mib} KiB")
        fill(many, 10_000, 4096)
        bench_zip(many, "10,000 files of 4 KiB")
        bench_log(few, mib)


if __name__ == "__main__":
    sys.exit(main())
