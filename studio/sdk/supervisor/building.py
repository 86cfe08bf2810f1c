"""Running the commands that build an environment: their output goes to the build log."""

import os
import selectors
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

LOOK_S = 0.2
MOST_WORDS = 300
PART_BYTES = 1 << 16


class CannotPrepare(Exception):
    """The attempt cannot start; `cause` is the studio's word for why."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class Build:
    """Commands one after the other, each shown in the build log; `is_over` ends them early."""

    def __init__(self, say: Callable[[str], None], is_over: Callable[[], bool]) -> None:
        self.say = say
        self.is_over = is_over

    def check(self) -> None:
        """Raise CannotPrepare where the attempt has to end."""
        if self.is_over():
            raise CannotPrepare("canceled", "ended while its environment was built")

    def works(self, command: list[str]) -> bool:
        """Tell whether a command succeeds, without a word in the log."""
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode == 0

    def run(self, command: list[str]) -> None:
        """Run a command to its end. Raises CannotPrepare with its last line where it fails."""
        self.check()
        self.say("$ " + " ".join(command))
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        last = ""
        try:
            for line in self._lines(process):
                self.say(line)
                last = line if line.strip() else last
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        if code:
            words = last or f"{command[0]} ended with {code}"
            raise CannotPrepare("environment_failed", words[-MOST_WORDS:])

    def _lines(self, process: subprocess.Popen[bytes]):
        """Yield the lines of what a process prints. Raises CannotPrepare where it has to end."""
        assert process.stdout is not None
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(LOOK_S):
                    self.check()
                    if process.poll() is not None:
                        break
                    continue
                part = os.read(process.stdout.fileno(), PART_BYTES)
                if not part:
                    break
                *lines, rest = (rest + part).split(b"\n")
                yield from (line.decode(errors="replace").rstrip() for line in lines)
        if rest:
            yield rest.decode(errors="replace").rstrip()
