"""One attempt from its start to its end."""

import json
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from studio.sdk.settings import Settings
from studio.sdk.supervisor.beats import TIMEOUT_S, Heart
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.outboxes import OutboxSenders
from studio.sdk.supervisor.preparing import (
    CannotPrepare,
    command_of,
    fetch_snapshot,
    find_python,
    variables_of,
)
from studio.sdk.supervisor.process import UserProcess, count_oom_kills
from studio.sdk.supervisor.shipping import LogShipper
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path
from studio.sdk.supervisor.trees import become_subreaper
from studio.sdk.supervisor.uploads import Uploader

LAST_PATIENCE_S = 600.0
STOPPED_PATIENCE_S = 5.0
GRACE_S = 10.0
LEFT_BEHIND_GRACE_S = 1.0
NOT_EXECUTABLE, NOT_FOUND = 126, 127
DRIVER_LOG = "azureml-logs/70_driver_log.txt"
BUILD_LOG = "azureml-logs/20_image_build_log.txt"
PREPARATION_LOG = "azureml-logs/65_job_prep-{node}.txt"
LAST_LOG = "azureml-logs/75_job_post-{node}.txt"
PROCESS_INFO = "azureml-logs/process_info.json"
LOGS = (DRIVER_LOG, BUILD_LOG, PREPARATION_LOG, LAST_LOG, PROCESS_INFO)

# Why a process was ended from outside, in the studio's words.
GIVEN_UP = ("over", "silent")
CAUSES = {"canceled": "canceled", "time limit": "time_limit", "stopped": "node_stopped"}


@dataclass
class End:
    """How the process ended: one of the studio's causes, the exit code, and what else to say."""

    cause: str
    exit_code: int | None = None
    detail: str = ""


class Supervisor:
    """Prepares, starts, watches and ends the process of a job in a folder of its own."""

    def __init__(self, job: Job, folder: Path, cache: Path, token: str = "") -> None:
        self.job = job
        self.folder = folder
        self.cache = cache
        self.token = token
        self.api = StudioApi(job.url, job.workspace, token)
        self.work = folder / "work"
        self.logs = folder / "logs"
        self.shipper = LogShipper(self.api, job.run_id)
        self.uploader = Uploader(self.api, job.run_id, self.work)
        settings = Settings(job.url.rstrip("/"), job.workspace, token)
        self.outboxes = OutboxSenders(settings, folder / "outbox")
        self.heart = Heart(
            StudioApi(job.url, job.workspace, token, timeout_s=TIMEOUT_S), job.run_id, job.fence,
            end=self.ask_to_end, kills_itself=job.kills_itself, folder=folder,
        )  # fmt: skip
        self.process: UserProcess | None = None
        self.why_ended = ""

    def run(self) -> int:
        """Do it all; return 0 when the studio knows how it ended, 1 when it has given the run up
        or does not answer."""
        for folder in (self.work, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        become_subreaper()
        signal.signal(signal.SIGTERM, lambda *_: self.ask_to_end("stopped"))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self.shipper.start()
        self.heart.start()
        try:
            end = self._run_process()
        except CannotPrepare as error:
            end = End(error.cause, detail=str(error))
        except (Away, Refused) as error:
            end = End("could_not_start", detail=f"the studio did not answer: {error}")
        return self._finish(end)

    def finish_for_killed(self, end: End) -> int:
        """Tell the end of an attempt whose supervisor was killed, and send what it had not sent."""
        self.shipper.start()
        self.heart.start()
        for path in LOGS:
            path = path.format(node=self.job.node)
            if (self.logs / Path(path).name).exists():
                self._log_file(path)
        return self._finish(end)

    def ask_to_end(self, why: str) -> None:
        """End the process soon; the first reason counts."""
        self.why_ended = self.why_ended or why
        if self.process is not None:
            self.process.wake()

    def _run_process(self) -> End:
        if self.job.has_snapshot:
            self._prepare_snapshot()
        say = self._say_in(BUILD_LOG)
        python = find_python(self.job.environment, self.cache, say)
        if self.why_ended:
            return self._end_of(None)
        kills_before = count_oom_kills()
        try:
            self._start(command_of(self.job.command, python))
        except OSError as error:
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            return End("could_not_start", code, f"{error.strerror}: {error.filename}")
        self.heart.say("Running")
        self.uploader.start()
        self.outboxes.start()
        code = self._wait()
        if code == -signal.SIGKILL and count_oom_kills() > kills_before and not self.why_ended:
            return End("out_of_memory", code)
        return self._end_of(code)

    def _prepare_snapshot(self) -> None:
        try:
            count = fetch_snapshot(self.api, self.job.run_id, self.work)
        except Refused as refused:
            raise CannotPrepare("snapshot_missing", str(refused)) from refused
        self._say_in(PREPARATION_LOG)(f"The snapshot of {count} files is in place.")

    def _start(self, command: list[str]) -> None:
        variables = variables_of(self.work, self.job.variables, self.own_variables())
        output = self._log_file(DRIVER_LOG)
        self.process = UserProcess(command, folder=self.work, variables=variables, output=output)
        info = {"pid": self.process.pid, "command": command, "node": self.job.node}
        self._log_file(PROCESS_INFO).write_text(json.dumps(info, indent=1) + "\n")

    def own_variables(self) -> dict[str, str]:
        """Return what tells a script, with our client or MLflow's or torch's, which run it is."""
        job = self.job
        own = {
            "STUDIO_URL": job.url,
            "STUDIO_WORKSPACE": job.workspace,
            "STUDIO_RUN_ID": job.run_id,
            "MLFLOW_TRACKING_URI": f"{job.url.rstrip('/')}/w/{job.workspace}",
            "MLFLOW_RUN_ID": job.run_id,
            "RANK": "0",
            "WORLD_SIZE": "1",
            "LOCAL_RANK": "0",
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": "29500",
        }
        if self.token:
            own |= {"STUDIO_RUN_TOKEN": self.token, "MLFLOW_TRACKING_TOKEN": self.token}
        return own | self.outboxes.variables()

    def _wait(self) -> int | None:
        """Wait until the process ends or has to end, then end whatever is left of its tree."""
        assert self.process is not None
        limit = self.job.max_seconds
        until = None if limit is None else time.monotonic() + limit
        while (code := self.process.wait(until)) is None and not self.why_ended:
            if until is not None and time.monotonic() >= until:
                self.why_ended = "time limit"
        self.process.end(self._grace_s(code))
        return self.process.process.returncode

    def _grace_s(self, code: int | None) -> float:
        """How long processes may take to end. None where the run may start elsewhere by now."""
        if self.why_ended in GIVEN_UP:
            return 0.0
        return GRACE_S if code is None else LEFT_BEHIND_GRACE_S

    def _end_of(self, code: int | None) -> End:
        if self.why_ended:
            return End(CAUSES.get(self.why_ended, "node_lost"), code)
        if code == 0:
            return End("completed", 0)
        return End("signal" if code is not None and code < 0 else "exit", code)

    def _finish(self, end: End) -> int:
        """Send the rest of the files and logs, then the end: in this order."""
        if self.why_ended in GIVEN_UP:
            self.heart.stop()
            self.shipper.stop()
            return 1
        patience_s = STOPPED_PATIENCE_S if self.why_ended == "stopped" else LAST_PATIENCE_S
        for line in self.uploader.finish(patience_s):
            self._say_in(LAST_LOG)(f"Not uploaded: {line}")
        if unsent := self.outboxes.finish(patience_s):
            self._say_in(LAST_LOG)(f"Not sent: {unsent} values that the script has logged.")
        missing = self.shipper.drain(patience_s)
        detail = end.detail + (f" ({missing} bytes of the log are missing)" if missing else "")
        facts = {"cause": end.cause, "exit_code": end.exit_code, "detail": detail}
        address = f"runs/{in_path(self.job.run_id)}/attempt/finish"
        body = {"fence": self.job.fence, **facts}
        try:
            self.api.ask("POST", address, body=body, patience_s=patience_s)
        except (Away, Refused):
            return 1
        finally:
            self.heart.stop()
        return 0

    def _log_file(self, path: str) -> Path:
        """Return the local file of a log, which is sent from now on."""
        path = path.format(node=self.job.node)
        file = self.logs / Path(path).name
        self.shipper.add(path, file)
        return file

    def _say_in(self, path: str):
        def say(line: str) -> None:
            with open(self._log_file(path), "a") as file:
                file.write(f"{line}\n")

        return say
