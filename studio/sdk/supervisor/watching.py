"""One attempt from its start to its end."""

import signal
import time
from pathlib import Path

from studio.sdk.settings import Settings
from studio.sdk.supervisor.beats import GIVEN_UP, HOLD_S, TIMEOUT_S, Heart
from studio.sdk.supervisor.building import CannotPrepare
from studio.sdk.supervisor.containers import remove_orphaned
from studio.sdk.supervisor.earlier import EarlierAttempts
from studio.sdk.supervisor.ending import End, Ending
from studio.sdk.supervisor.environments import Runtime, make_runtime
from studio.sdk.supervisor.gathering import meet
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.launching import (
    Launch,
    make_containers,
    own_variables,
    plan,
    remove_containers,
)
from studio.sdk.supervisor.log_names import LogNames
from studio.sdk.supervisor.notes import Notes
from studio.sdk.supervisor.outboxes import OutboxSenders
from studio.sdk.supervisor.preparing import prepare_snapshot
from studio.sdk.supervisor.process import UserProcesses, count_oom_kills
from studio.sdk.supervisor.report import Report, ranks_of
from studio.sdk.supervisor.roster import Roster
from studio.sdk.supervisor.sampling import Sampler
from studio.sdk.supervisor.shipping import PART_BYTES, LogShipper
from studio.sdk.supervisor.studio_api import NO_SPACE, Away, Refused, StudioApi
from studio.sdk.supervisor.trees import become_subreaper
from studio.sdk.supervisor.uploads import Uploader

LAST_PATIENCE_S = 600.0
STOPPED_PATIENCE_S = 5.0
GRACE_S = 10.0
LEFT_BEHIND_GRACE_S = 1.0
NOT_EXECUTABLE, NOT_FOUND = 126, 127

# Why a process was ended from outside, in the studio's words.
CAUSES = {"canceled": "canceled", "time limit": "time_limit", "stopped": "node_stopped"}


class Supervisor:
    """Prepares, starts, watches and ends the processes of a job in a folder of its own."""

    def __init__(self, job: Job, folder: Path, cache: Path, token: str = "") -> None:
        self.job = job
        self.cache = cache
        self.token = token
        self.names = LogNames(job)
        place = (job.url, job.workspace, token)
        # Beats, logs and notes come too often to write about each of them.
        often = StudioApi(*place)
        self.work = folder / "work"
        self.logs = folder / "logs"
        earlier = EarlierAttempts(often, job, folder / "earlier.json")
        self.notes = Notes(often, job.run_id, folder / "notes", earlier)
        self.report = Report(job, self.notes)
        self.api = StudioApi(*place, trace=self.report.trace)
        self.shipper = LogShipper(often, job.run_id, self.notes, earlier)
        self.uploader = Uploader(self.api, job.run_id, self.work, self.shipper)
        settings = Settings(job.url.rstrip("/"), job.workspace, token)
        self.outboxes = OutboxSenders(settings, folder / "outbox")
        self.ending = Ending(self.api, job, self.report, self.shipper, self.uploader, self.outboxes)
        self.heart = Heart(
            StudioApi(*place, timeout_s=TIMEOUT_S), job.run_id, job.fence, rank=job.node_rank,
            end=self.ask_to_end, kills_itself=job.kills_itself, folder=folder,
        )  # fmt: skip
        self.sampler = Sampler(often, job, folder)
        self.launches: list[Launch] = []
        self.processes: UserProcesses | None = None
        self.roster: Roster | None = None
        self.why_ended = ""
        self.began: float | None = None
        self.is_successor = False

    def run(self) -> int:
        """Do it all; return 0 when the studio knows how it ended, 1 when it has given the run up
        or does not answer."""
        become_subreaper()
        signal.signal(signal.SIGTERM, lambda *_: self.ask_to_end("stopped"))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self.report.introduce(self.work.parent)
        self.report.trace("the preparation begins")
        self._start_services()
        try:
            end = self._run_processes()
        except CannotPrepare as error:
            end = self._end_of(None) if self.why_ended else End(error.cause, detail=str(error))
        except Refused as refused:
            end = End("could_not_start", detail=f"the studio refused: {refused}")
        except Away as away:
            end = End("could_not_start", detail=f"the studio did not answer: {away}")
        return self._finish(end)

    def finish_for_killed(self, end: End) -> int:
        """Tell the end of an attempt whose supervisor was killed, and send what it had not sent."""
        self.is_successor = True
        self._start_services()
        drivers = [self.names.driver(rank) for rank in self.job.ranks]
        for path in (*drivers, self.names.build, self.names.mpi):
            if (self.logs / Path(path).name).exists():
                self._log_file(path)
        if "docker" in self.job.environment:
            has_started = (self.logs / Path(drivers[0]).name).exists()
            remove_orphaned(self.job, is_half_made=not has_started)
        return self._finish(end)

    def ask_to_end(self, why: str) -> None:
        """End the processes soon; the first reason counts."""
        self.why_ended = self.why_ended or why
        if self.processes is not None:
            self.processes.wake()

    def has_to_end(self) -> bool:
        """Tell whether something has asked to end."""
        return bool(self.why_ended)

    # -- before ------------------------------------------------------------------------------------

    def _start_services(self) -> None:
        self.shipper.start()
        self.report.services("Sending of logs started.")
        self.heart.start()
        self.report.services(f"Beats every {self.heart.every_s:g} s started.")

    def _run_processes(self) -> End:
        try:
            runtime = self._prepare()
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise
            raise CannotPrepare("not_placed", f"{self.job.node}: {error.strerror}") from error
        meeting = meet(self.api, self.job, self.has_to_end)
        if meeting is None or self.why_ended:
            return self._end_of(None)
        self.report.meeting(meeting)
        kills_before = count_oom_kills()
        own = own_variables(self.job, self.token) | self.outboxes.variables()
        self.launches = plan(self.job, meeting, runtime, own, (self.work, self.logs))
        try:
            if not make_containers(self.launches, self.has_to_end):
                return self._end_of(None)
            self._start()
        except OSError as error:
            self._end_processes(0.0)
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            return End("could_not_start", code, f"{error.strerror}: {error.filename}")
        self.began = time.monotonic()
        self._say_status("Running", HOLD_S)
        if self.processes.wait(self.began + HOLD_S) is None:
            self.roster.update(self.processes.codes)
            self._start_senders()
        code = self._wait()
        if code == -signal.SIGKILL and count_oom_kills() > kills_before and not self.why_ended:
            return End("out_of_memory", code)
        return self._end_of(code)

    def _start_senders(self) -> None:
        """Start what a script that ends at once does not need."""
        self.uploader.start()
        self.outboxes.start()
        self.sampler.start()
        self.report.services("Uploads of outputs/ and logs/, and system metrics started.")

    def _prepare(self) -> Runtime:
        for folder in (self.work, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        say = self.report.preparation
        if self.job.has_snapshot:
            prepare_snapshot(self.api, self.job.run_id, self.work, say)
        else:
            say("The run has no snapshot: its working folder is empty.")
        runtime = make_runtime(
            self.job.environment, self.cache, self._say_in_build_log, self.has_to_end
        )
        say(f"Environment: {runtime.image or runtime.python}")
        return runtime

    # -- while it runs -----------------------------------------------------------------------------

    def _start(self) -> None:
        self.report.phase = "run"
        self.shipper.hold()
        self.processes = UserProcesses()
        self.roster = Roster(self.job, self.launches, self.notes)
        for launch in self.launches:
            self.roster.update(self.processes.codes)
            for rank in launch.ranks:
                self._log_file(self.names.driver(rank))
            output = self._log_file(launch.log)
            if launch.log == self.names.mpi:
                output.write_text(f"$ {' '.join(launch.command)}\n")
            pid = self.processes.start(
                launch.command, folder=self.work, variables=launch.variables, output=output
            )
            self.report.execution(f"{ranks_of(launch)}: process {pid} started.")
        self.roster.introduce(self.processes)
        self.roster.update(self.processes.codes)

    def _wait(self) -> int | None:
        """Wait until the processes end or have to end, then end whatever is left of their tree."""
        assert self.processes is not None and self.roster is not None and self.began is not None
        limit = self.job.max_seconds
        until = None if limit is None else self.began + limit
        # Whoever asked to end before now has woken an earlier wait, or nobody.
        while (code := self.processes.code) is None and not self.why_ended:
            self.processes.wait(until)
            self.roster.update(self.processes.codes)
            if until is not None and time.monotonic() >= until:
                self.why_ended = "time limit"
        self.report.phase = "release"
        if self.why_ended:
            self.report.ending(self.why_ended)
        is_clear = self._end_processes(self._grace_s(code))
        seconds = time.monotonic() - self.began
        self.report.ends(self.launches, self.processes.codes, seconds, is_clear)
        return self.processes.codes[0] if code is None else code

    def _end_processes(self, grace_s: float) -> bool:
        is_clear = self.processes is None or self.processes.end(grace_s)
        remove_containers(self.launches)
        if self.roster is not None:
            self.roster.update(self.processes.codes)
        return is_clear

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

    # -- after -------------------------------------------------------------------------------------

    def _finish(self, end: End) -> int:
        """Send the rest of the logs and the files, then the end with what is left of both."""
        self.report.phase = "release"
        self.report.trace("the release begins")
        self.sampler.stop()
        self.uploader.stop()
        if self.why_ended in GIVEN_UP:
            self.heart.stop()
            self.shipper.stop()
            return 1
        patience_s = STOPPED_PATIENCE_S if self.why_ended == "stopped" else LAST_PATIENCE_S
        if self.uploader.has_left() or self.shipper.left() > PART_BYTES:
            self._say_status("Finalizing")
        self.ending.release(end, patience_s, keeps_whole=not self.is_successor)
        try:
            self.ending.tell(end, self._since_start_ms(), patience_s)
        except (Away, Refused):
            return 1
        finally:
            self.heart.stop()
        return 0

    def _since_start_ms(self) -> int | None:
        return None if self.began is None else round(1000 * (time.monotonic() - self.began))

    def _say_status(self, status: str, within_s: float = 0.0) -> None:
        self.report.trace(f"status: {status}")
        self.heart.say(status, within_s)

    # -- logs --------------------------------------------------------------------------------------

    def _log_file(self, path: str) -> Path:
        """Return the local file of a log, which is sent from now on."""
        file = self.logs / Path(path).name
        self.shipper.add(path, file)
        return file

    def _say_in_build_log(self, line: str) -> None:
        with open(self._log_file(self.names.build), "a") as file:
            file.write(f"{line}\n")
