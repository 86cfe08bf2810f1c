"""A stand-in for Docker: a program as its client, and a daemon that outlives every client."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

WITH_VALUE = ("-e", "-v", "-w", "--name", "--network", "--user", "--gpus")
CLIENT = """#!PYTHON
import json, os, sys, time, uuid
place = f"FOLDER/{uuid.uuid4().hex}"
with open(f"{place}.new", "w") as file:
    json.dump([sys.argv[1:], dict(os.environ)], file)
os.rename(f"{place}.new", f"{place}.request")
while not os.path.exists(f"{place}.answer"):
    time.sleep(0.01)
code, out, err = json.load(open(f"{place}.answer"))
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


class Docker:
    """The daemon. `may_make` cleared, it takes its time to make a container.

    `asked` are the command lines of clients, `containers` what exists, `started` all that has been
    started, each by its name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs = folder / "daemon", folder / "programs"
        self.folder.mkdir(), self.programs.mkdir()
        client = self.programs / "docker"
        program = CLIENT.replace("PYTHON", sys.executable).replace("FOLDER", str(self.folder))
        client.write_text(program)
        client.chmod(0o700)
        self.asked: list[str] = []
        self.containers: dict[str, dict[str, Any]] = {}
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.starting = threading.Lock()
        self.may_make = threading.Event()
        self.may_make.set()
        self.is_over = False
        threading.Thread(target=self.work, daemon=True).start()

    @property
    def path(self) -> str:
        """The variable PATH of a node that has Docker."""
        return f"{self.programs}:/usr/bin:/bin"

    def end(self) -> None:
        """End the daemon and what runs in it."""
        self.is_over = True
        self.may_make.set()
        for name in list(self.containers):
            self.rm([name], {})

    def work(self) -> None:
        while not self.is_over:
            for request in self.folder.glob("*.request"):
                words, variables = json.loads(request.read_text())
                request.unlink()
                self.asked.append(" ".join(words))
                told = (request, words, variables)
                threading.Thread(target=self.answer, args=told, daemon=True).start()
            time.sleep(0.01)

    def answer(self, request: Path, words: list[str], variables: dict[str, str]) -> None:
        answer = getattr(self, words[0])(words[1:], variables)
        draft = request.with_suffix(".draft")
        draft.write_text(json.dumps(answer))
        draft.rename(request.with_suffix(".answer"))

    def image(self, *_: Any) -> tuple[int, str, str]:
        return 1, "", "no such image"

    def pull(self, words: list[str], _: Any) -> tuple[int, str, str]:
        return 0, f"pulling {words[0]}\n", ""

    def create(self, words: list[str], variables: dict[str, str]) -> tuple[int, str, str]:
        told: dict[str, list[str]] = {}
        while words[0].startswith("-"):
            if words[0] in WITH_VALUE:
                told.setdefault(words[0], []).append(words[1])
            words = words[2 if words[0] in WITH_VALUE else 1 :]
        self.may_make.wait()
        if words[0] == "broken:1":
            return 125, "", "Error response from daemon: no space left\n"
        given = [one.partition("=") for one in told["-e"]]
        inside = {name: value if is_set else variables[name] for name, is_set, value in given}
        name = told["--name"][0]
        self.containers[name] = {"args": words[1:], "cwd": told["-w"][0], "env": inside}
        return 0, f"{name}\n", ""

    def start(self, words: list[str], _: Any) -> tuple[int, str, str]:
        name = words[-1]
        with self.starting:
            made = self.containers.get(name)
            if made is None:
                return 1, "", f"Error response from daemon: No such container: {name}\n"
            made["env"] |= {"PATH": os.environ["PATH"]}
            process = subprocess.Popen(
                **made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
            )
            self.started[name] = process
        out = process.communicate()[0].decode()
        self.containers.pop(name, None)
        return process.returncode, out, ""

    def rm(self, words: list[str], _: Any) -> tuple[int, str, str]:
        name = words[-1]
        with self.starting:
            is_there = self.containers.pop(name, None) is not None
        if not is_there:
            return 1, "", f"Error response from daemon: No such container: {name}\n"
        if process := self.started.get(name):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return 0, f"{name}\n", ""
