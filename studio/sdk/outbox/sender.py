"""The sender: a process of its own that sends the outbox of one run, and outlives the training.

It ends when everything is sent and nobody writes any more, or after a day without the studio; then
`studio sync` sends what is left.
"""

import os
import select
import sys
import time
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path

from studio.sdk.connection import Connection
from studio.sdk.exceptions import RequestRefused, StudioAway
from studio.sdk.locking import is_taken
from studio.sdk.outbox.console_log import ConsoleLog
from studio.sdk.outbox.delivering import Delivery, Stuck
from studio.sdk.outbox.places import read_json, write_json
from studio.sdk.outbox.processes import is_alive
from studio.sdk.outbox.segments import list_segments, remove_outbox, remove_stream
from studio.sdk.outbox.thinning import thin_if_large
from studio.sdk.outbox.writer import read_sent
from studio.sdk.settings import Settings, make_settings

EVERY_S = 0.25
# The name of a file that exists while the studio does not answer.
AWAY = "away"
BEAT_S = 10.0
# The file that says why the studio takes nothing of this run.
PROBLEM = "problem.json"
LONGEST_PAUSE_S = 10.0
MOST_AWAY_S = 24 * 3600.0
LOCK_WAIT_S = 3.0
# What a run is whose process has not ended it: heard of, or not for a while.
GOING = ("Running", "NotResponding")
GONE = "The process that logged ended without a word: it was killed, or its machine stopped."


class Sender:
    """Sends one outbox until there is nothing to come."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self.folder = folder
        self.delivery = Delivery(folder, connection)
        self.log = ConsoleLog(self.delivery)
        self.delivery.before_end = self.log.finish
        self.beat_at = 0.0
        self.away_since: float | None = None
        self.pause_s = EVERY_S

    def run(self) -> bool:
        """Send until all is sent; tell whether it is. Somebody else may be doing so already."""
        with only_one(self.folder) as is_mine:
            return self.work() if is_mine else False

    def work(self) -> bool:
        """Send until nobody writes any more and everything is sent."""
        for name in (AWAY, PROBLEM):
            (self.folder / name).unlink(missing_ok=True)
        bell = open_bell(self.folder)
        try:
            while True:
                worked = self.step()
                is_idle = self.away_since is None and not worked
                if is_idle and self.is_over() and self.clear_up():
                    return True
                if self.away_since and time.monotonic() - self.away_since > MOST_AWAY_S:
                    return False
                if not worked:
                    wait_for_bell(bell, self.pause_s)
        except Stuck as stuck:
            self.note_problem(stuck)
            return False
        finally:
            os.close(bell)

    def send_what_is_there(self, patience_s: float) -> None:
        """Send what is there now; give up when nothing could be sent for so many seconds."""
        until = time.monotonic() + patience_s
        try:
            while time.monotonic() < until:
                if self.step():
                    until = time.monotonic() + patience_s
                    continue
                if self.away_since is None:
                    if self.is_over():
                        self.clear_up()
                    return
                time.sleep(EVERY_S)
        except Stuck as stuck:
            self.note_problem(stuck)

    def note_problem(self, stuck: Stuck) -> None:
        """Write down why the studio takes nothing of this run."""
        with suppress(OSError):
            write_json(self.folder / PROBLEM, {"message": str(stuck)})

    def step(self) -> bool:
        """Send the next lines of each writer; tell whether there were any."""
        try:
            worked = sum(self.delivery.send_next(writer) for writer in self.writers()) > 0
            worked = self.send_log() or worked
            if not worked:
                self.note_end()
        except StudioAway:
            with suppress(OSError):
                (self.folder / AWAY).touch()
                thin_if_large(self.folder)
            return self.wait_longer()
        except OSError:
            # The disk is full or broken. An outbox that was removed is not waited for.
            if not self.folder.is_dir():
                raise
            return self.wait_longer()
        if self.away_since is not None:
            self.away_since, self.pause_s = None, EVERY_S
            (self.folder / AWAY).unlink(missing_ok=True)
        return worked

    def wait_longer(self) -> bool:
        """Make the next pause longer than the last; nothing was sent."""
        self.away_since = self.away_since or time.monotonic()
        self.pause_s = min(self.pause_s * 1.5, LONGEST_PAUSE_S)
        return False

    def send_log(self) -> bool:
        """Send what the script has printed; tell whether there was something."""
        return not self.delivery.is_ended and self.delivery.is_made() and self.log.send_next()

    def writers(self) -> list[Path]:
        """Return the folders of all writers."""
        with suppress(OSError):
            return sorted((self.folder / "writers").iterdir())
        return []

    def note_end(self) -> None:
        """Tell that the process that owns the run lives; where it has gone without ending the run,
        mark that as failed."""
        owner = read_json(self.folder / "owner.json")
        if owner and not self.delivery.is_ended and is_alive(owner):
            self.beat_if_due()
        elif owner and not self.delivery.is_ended:
            fields = {"status": "Failed", "reason": "process gone", "error": GONE}
            with suppress(RequestRefused):
                self.log.finish()
            with suppress(RequestRefused):
                if self.delivery.ask("GET")["status"] in GOING:
                    self.delivery.ask("PATCH", body=fields)
            (self.folder / "ended").touch()
            self.delivery.is_ended = True

    def beat_if_due(self) -> None:
        """Tell every 10 s that the process lives: without that its run is soon NotResponding."""
        if time.monotonic() >= self.beat_at and self.delivery.is_made():
            self.beat_at = time.monotonic() + BEAT_S
            with suppress(RequestRefused):
                self.delivery.ask("POST", "/beat")

    def is_over(self) -> bool:
        """Tell whether nobody writes any more."""
        has_owner = (self.folder / "owner.json").exists()
        if has_owner and self.delivery.is_ended:
            return True
        return not any(is_alive(read_json(one / "writer.json")) for one in self.writers()
                       if "pid" in read_json(one / "writer.json"))  # fmt: skip

    def clear_up(self) -> bool:
        """Remove the outbox where everything is sent; tell whether it was."""
        with suppress(RequestRefused, StudioAway):
            self.delivery.upload_refused()
            self.delivery.note_thinned()
        for writer in self.writers():
            # Asked before counting: what a process wrote until its end is counted.
            facts = read_json(writer / "writer.json")
            is_written = "pid" in facts and is_alive(facts)
            if count_unsent(writer):
                return False
            if not is_written:
                remove_stream(writer)
        if not self.writers():
            remove_outbox(self.folder)
        return True


def count_unsent(writer: Path) -> int:
    """Return how many whole lines of a writer are not at the studio."""
    place = read_sent(writer)
    return sum(1 for segment in list_segments(writer) for _ in segment.lines(place, 1 << 40))


@contextmanager
def only_one(folder: Path):
    """Hold the lock of an outbox; give False where another sender keeps it."""
    deadline = time.monotonic() + LOCK_WAIT_S
    if not folder.is_dir():
        yield False
        return
    with open(folder / "sender.lock", "a") as file:
        while True:
            try:
                flock(file, LOCK_EX | LOCK_NB)
                break
            except OSError as error:
                if not is_taken(error):
                    # Without locks two senders may meet; the studio takes everything once.
                    break
                if time.monotonic() > deadline:
                    yield False
                    return
            time.sleep(0.05)
        yield True


def has_sender(folder: Path) -> bool:
    """Tell whether a process sends an outbox now; False where files cannot be locked."""
    try:
        file = open(folder / "sender.lock", "a")  # noqa: SIM115  (closed below)
    except OSError:
        return False
    with file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError as error:
            return is_taken(error)
        # Closing is not enough: a child that was forked just now has the file open too.
        flock(file, LOCK_UN)
    return False


def open_bell(folder: Path) -> int:
    """Return the reading end of the bell, a pipe with a name."""
    path = folder / "bell"
    with suppress(FileExistsError, OSError):
        os.mkfifo(path, 0o600)
    try:
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return os.open(os.devnull, os.O_RDONLY)


def wait_for_bell(bell: int, seconds: float) -> None:
    """Wait until somebody rings, or for some time."""
    if os.path.samestat(os.fstat(bell), os.stat(os.devnull)):
        time.sleep(seconds)
        return
    if select.select([bell], [], [], seconds)[0]:
        with suppress(BlockingIOError):
            os.read(bell, 4096)


def settings_of(folder: Path) -> Settings:
    """Return the studio of an outbox; the token is that of the environment or of the login."""
    facts = read_json(folder / "run.json")
    return make_settings(facts["url"], facts["workspace"])


def main(folder: str) -> None:
    """Be the sender of an outbox."""
    place = Path(folder)
    while (place / "run.json").exists():
        sender = Sender(place, Connection(settings_of(place)))
        # Who wrote while it ended may have found it there, and started no other.
        if not sender.run() or not any(map(count_unsent, sender.writers())):
            return


if __name__ == "__main__":
    main(sys.argv[1])
