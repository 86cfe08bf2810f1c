"""Keep what a program prints as the log of its run. Needs nothing but Python 3.8.

    curl -s <studio>/w/<workspace>/pipe.py | python3 - python3 train.py --lr 0.1
    python3 train.py 2>&1 | python3 pipe.py

Before a command, it runs the command and passes its exit status on. The log goes to the run that
MLflow has started in it, or that MLFLOW_RUN_ID or --run names; without one, to a run of its own,
which ends as the command does. Behind a pipe it keeps what comes from there.

MLFLOW_TRACKING_TOKEN signs in. While the studio is away, what is printed is kept in a file, and
sent when it is back. `studio pipe` of the client does the same where the client is installed; this
program has nothing but the standard library of an old Python, so it has its own file and sender.
"""

import argparse
import base64
import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ADDRESS = ""
LOG = "user_logs/std_log.txt"
TAG = "studio_console"
PART_BYTES = 1 << 18
EVERY_S = 0.5
LAST_S = 60.0
TIMEOUT_S = 20.0
# Answers that another attempt may not give again.
PASSING = {408, 429, 500, 502, 503, 504}


class Away(Exception):
    """The studio does not answer for now."""


class Refused(Exception):
    """The studio does not take it."""


class Studio:
    """The REST API of one workspace."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def ask(self, method: str, path: str, body: object = None, data: "bytes | None" = None):
        """Return the JSON of an answer. Raises Away, Refused."""
        if body is not None:
            data = json.dumps(body).encode()
        kind = "application/json" if body is not None else "application/octet-stream"
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}", data, {"Content-Type": kind, **sign()}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code in PASSING:
                raise Away(str(error)) from None
            raise Refused(f"{error.code}: {error.read(500).decode(errors='replace')}") from None
        except (OSError, ValueError) as error:
            raise Away(str(error)) from None

    def find(self, mark: str) -> str:
        """Return the id of the run that carries a mark, empty where there is none yet."""
        query = {
            "filter": f"tags.{TAG} = '{mark}'",
            "children": "1",
            "sort": "created",
            "limit": "1",
        }
        found = self.ask("GET", f"runs?{urllib.parse.urlencode(query)}")["items"]
        return found[0]["run_id"] if found else ""


def sign() -> "dict[str, str]":
    """Return the header that signs in, as MLflow's clients do."""
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if token:
        return {"Authorization": f"Bearer {token}"}
    name = os.environ.get("MLFLOW_TRACKING_USERNAME")
    if not name:
        return {}
    pair = f"{name}:{os.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


class Log:
    """A log that is written to a file, and sent from there by offset: nothing twice, nothing lost
    while the studio is away or the run is not known yet."""

    def __init__(self, studio: Studio, run_id: str, mark: str) -> None:
        self.studio, self.run_id, self.mark = studio, run_id, mark
        self.kept = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the log)
        self.place = threading.Lock()
        self.written = self.sent = 0
        self.refusal = ""
        self.is_over = threading.Event()
        self.sender = threading.Thread(target=self.send_all, daemon=True)
        self.sender.start()

    def write(self, data: bytes) -> None:
        """Keep what was printed."""
        with self.place:
            self.kept.seek(0, os.SEEK_END)
            self.kept.write(data)
        self.written += len(data)

    def send_all(self) -> None:
        """Send what is written until the end, or until the studio does not take it."""
        while not self.refusal and not (self.is_over.is_set() and self.sent == self.written):
            try:
                is_idle = not self.send_part()
            except Away:
                is_idle = True
            except Refused as error:
                self.refusal = str(error)
            if is_idle:
                time.sleep(EVERY_S)

    def send_part(self) -> bool:
        """Send the next bytes; tell whether there were any."""
        if not self.run_id and self.mark:
            # Meanwhile a run may have been made for the log.
            self.run_id = self.studio.find(self.mark) or self.run_id
        size = min(self.written - self.sent, PART_BYTES)
        if not size or not self.run_id:
            return False
        with self.place:
            self.kept.seek(self.sent)
            data = self.kept.read(size)
        query = urllib.parse.urlencode({"path": LOG, "offset": self.sent})
        answer = self.studio.ask("PATCH", f"{self.path}/logs?{query}", data=data)
        self.sent = answer["next_offset"]
        return True

    @property
    def path(self) -> str:
        return f"runs/{urllib.parse.quote(self.run_id, safe='')}"

    def finish(self) -> int:
        """Wait until all is sent; return how many bytes are missing."""
        self.is_over.set()
        self.sender.join(LAST_S)
        with contextlib.suppress(Away, Refused):
            if self.sent == self.written:
                self.studio.ask("POST", f"{self.path}/logs/finish", body={"path": LOG})
        return self.written - self.sent


def copy(source, log: Log) -> None:
    """Pass bytes on as they come, and keep them."""
    while True:
        data = source.read1(PART_BYTES)
        if not data:
            return
        log.write(data)
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()


def run_command(command: "list[str]", log: Log) -> int:
    """Run a command, keep what it prints, return its exit status (negative: a signal)."""
    context = json.loads(os.environ.get("MLFLOW_RUN_CONTEXT") or "{}")
    environment = {
        "PYTHONUNBUFFERED": "1",
        **os.environ,
        "MLFLOW_RUN_CONTEXT": json.dumps({**context, TAG: log.mark}),
    }
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
        ) as child,
        contextlib.suppress(KeyboardInterrupt),
    ):
        copy(child.stdout, log)
    return child.returncode


def make_run(studio: Studio, options: argparse.Namespace) -> str:
    """Make a run for a program that has started none."""
    name = options.name or " ".join(map(os.path.basename, options.command[-2:]))[:200]
    body = {"experiment_name": options.experiment, "source": {}}
    if name:
        body["name"] = name
    if options.command:
        body["source"] = {"command": shlex.join(options.command)}
    return studio.ask("POST", "runs", body=body)["run_id"]


def end_run(studio: Studio, log: Log, code: int) -> None:
    """End the run as its program has ended, where nobody else has done so."""
    run = studio.ask("GET", log.path)
    if run["status"] in ("Completed", "Failed", "Canceled"):
        return
    change = {"status": "Failed" if code else "Completed"}
    if code:
        change["reason"] = f"Killed by signal {-code}" if code < 0 else f"Exit status {code}"
    studio.ask("PATCH", log.path, body=change)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    usual = ADDRESS or os.environ.get("MLFLOW_TRACKING_URI", "")
    parser.add_argument("--url", default=usual, help="the studio's workspace (%(default)s)")
    parser.add_argument(
        "--run", default=os.environ.get("MLFLOW_RUN_ID", ""), help="log to this run"
    )
    parser.add_argument("--experiment", default="Default", help="of a run of its own (%(default)s)")
    parser.add_argument("--name", default="", help="of a run of its own")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run; else stdin is kept")
    options = parser.parse_args()
    if not options.url.startswith("http"):
        parser.error("say where the studio is: --url http://…/w/<workspace>")
    return options


def main() -> int:
    """Return the exit status of the command."""
    options = read_options()
    studio = Studio(options.url)
    # Behind a pipe nobody can be told the mark: without a named run, it has one of its own.
    is_own = not options.run
    log, code = Log(studio, options.run, uuid.uuid4().hex if options.command else ""), 0
    try:
        if options.command:
            code = run_command(options.command, log)
        else:
            if is_own:
                log.run_id = make_run(studio, options)
            copy(sys.stdin.buffer, log)
        settle(studio, log, options, code, is_own=is_own)
    except (Away, Refused) as failure:
        print(f"The studio did not take the log: {failure}", file=sys.stderr)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 127
    except KeyboardInterrupt:
        return 130
    return 128 - code if code < 0 else code


def settle(
    studio: Studio, log: Log, options: argparse.Namespace, code: int, *, is_own: bool
) -> None:
    """Send the rest of the log, and end the run. Raises Away, Refused."""
    if not log.run_id:
        log.run_id = studio.find(log.mark) or make_run(studio, options)
    missing = log.finish()
    if options.command or is_own:
        end_run(studio, log, code)
    print(f"{studio.address}/runs/{log.run_id}", file=sys.stderr)
    if missing:
        print(f"{missing} bytes of the log are missing. {log.refusal}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
