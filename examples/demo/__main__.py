"""Train everything: what `manage.py up --demo` starts in an empty studio, with its address."""

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from examples.demo import blobs, diverging, slow, spirals, submitted, sweep, wave
from examples.demo.client import Stopped, Studio

TRAININGS = (spirals, wave, diverging, blobs, sweep)


def main(url: str) -> None:
    if data_dir := os.environ.get("STUDIO_DATA_DIR"):
        os.environ.setdefault("STUDIO_OUTBOX", str(Path(data_dir) / "outbox"))
    studio = Studio(url)
    signal.signal(signal.SIGTERM, lambda *_: studio.stop.set())
    watched = threading.Thread(target=slow.train, args=[studio])
    watched.start()
    submitting = threading.Thread(target=submitted.submit_all, args=[studio])
    submitting.start()
    print("The demo trains a dozen small models; the pages fill within a minute.", flush=True)
    with suppress(Stopped):
        for training in TRAININGS:
            training.train(studio)
        watched.join()
        submitting.join()
        if not studio.stop.is_set():
            print("The demo has ended.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
