"""A door in front of a studio that a test can shut, and scripts as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.forks import Fork
from tests.waiting import LONGEST_WAIT_S, wait_for

BASE_DIR = Path(__file__).resolve().parents[2]
METHODS = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ")


class Gate:
    """Passes connections on to a studio, each part of an answer `delay_s` late. Shut, it refuses
    new ones, and counts them, and cuts those there are. Once `loses` is in a request, its answer is
    lost. `asked` are the first lines of the requests, `answered` is how many answers came."""

    def __init__(self, url: str, delay_s: float = 0.0) -> None:
        parts = urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_open = True
        self.delay_s = delay_s
        self.loses = b""
        self.asked: list[str] = []
        self.refused = self.answered = 0
        self.sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        self.is_open = False
        for one in list(self.sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.shut()
        self.server.close()

    def wait_until_asked(self, words: str, times: int = 1) -> None:
        """Wait until that many more requests have these words in their first line."""
        first = len(self.asked)

        def count() -> int:
            return sum(words in line for line in self.asked[first:])

        wait_for(lambda: count() >= times, f"{words} to be asked for")

    def wait_until_answered(self) -> None:
        """Wait until one more answer has come."""
        before = self.answered
        wait_for(lambda: self.answered > before, "an answer")

    def wait_until_missed(self, times: int = 1) -> None:
        """Wait until somebody has been refused that many times more."""
        enough = self.refused + times
        wait_for(lambda: self.refused >= enough, "somebody to miss the studio")

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            if not self.is_open:
                client.close()
                self.refused += 1
                continue
            server = socket.create_connection(self.target)
            self.sockets |= {client, server}
            if not self.is_open:
                # Shut meanwhile, it has perhaps not cut these.
                self.shut()
            for source, sink, delay_s in ((client, server, 0.0), (server, client, self.delay_s)):
                words = (source, sink, delay_s)
                threading.Thread(target=self._pass, args=words, daemon=True).start()

    def _drop_answer(self, data: bytes, more: Callable[[int], bytes]) -> None:
        """Send a request on, and read its answer for nobody: the studio has done what it asks."""
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        while len(body) < length:
            part = more(65536)
            data, body = data + part, body + part
        with socket.create_connection(self.target) as own:
            own.sendall(data)
            own.recv(65536)

    def _pass(self, source: socket.socket, sink: socket.socket, delay_s: float) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if data.startswith(METHODS):
                    self.asked.append(data.partition(b" HTTP/")[0].decode())
                self.answered += data.startswith(b"HTTP/1.")
                time.sleep(delay_s)
                if self.loses and data.startswith(self.loses):
                    self.loses = b""
                    self._drop_answer(data, source.recv)
                    break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            self.sockets.discard(one)


def senders_of(words: str) -> list[int]:
    """Return the processes that send outboxes, of those whose command has these words: the id of a
    run, a folder."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        # A process may have gone since.
        with suppress(OSError):
            command = Path("/proc", number, "cmdline").read_bytes()
            if words.encode() in command and b"outbox.sender" in command:
                found.append(int(number))
    return found


class Scripts:
    """Runs scripts that use the client, each in a process of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.started: list[Fork] = []
        self.state = folder / "state"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO")}
        self.environment = kept | {
            "STUDIO_URL": url,
            "XDG_STATE_HOME": str(self.state),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHONPATH": str(BASE_DIR),
        }

    @property
    def work(self) -> Path:
        """The working folder of scripts."""
        place = self.folder / "work"
        place.mkdir(exist_ok=True)
        return place

    def start(self, script: str, *, is_patient: bool = True, **variables: str) -> Fork:
        """Start a script; stdout and stderr are read by `communicate`. One about a studio that is
        away waits for it as briefly as scripts of users do: it `is_patient` no more."""
        head = HEAD + PATIENT if is_patient else HEAD
        process = Fork(
            [sys.executable, "-c", head + script],
            cwd=self.work,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def run_file(self, text: str, **variables: str) -> tuple[str, str]:
        """Run a script from a file, as `spawn` and `forkserver` need it."""
        (self.folder / "train.py").write_text(PATIENT + text)
        command = [sys.executable, str(self.folder / "train.py")]
        done = subprocess.run(
            command, env=self.environment | variables, capture_output=True, text=True,
            timeout=LONGEST_WAIT_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    def run(
        self, script: str, code: int = 0, *, is_patient: bool = True, **variables: str
    ) -> tuple[str, str]:
        """Run a script to its end; return what it wrote to stdout and stderr."""
        process = self.start(script, is_patient=is_patient, **variables)
        out, err = process.communicate(timeout=LONGEST_WAIT_S)
        assert process.returncode == code, err
        return out, err

    def end(self) -> None:
        """End what a test has left: its scripts, and senders whose studio is gone. They would wait
        a day for it."""
        for process in self.started:
            process.kill()
        for pid in senders_of(str(self.state)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def outboxes(self) -> list[Path]:
        """Return the outboxes that are left."""
        return sorted(self.state.glob("studio/outbox/*/run.json"))


HEAD = """
import os, sys, time
from studio.sdk import Experiment, Run, Workspace
space = Workspace.from_config()
def start(**options):
    return Experiment(space, "digits").start_logging(**options)
"""
PATIENT = "from tests.sdk.patience import be_patient\nbe_patient()\n"
